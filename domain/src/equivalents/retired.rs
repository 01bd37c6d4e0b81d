//! Names that guides still give and that no longer lead anywhere good.

/// What became of a repository on Docker Hub or of its copies, where following an old guide would fail.
///
/// Sources: bitnami/charts issues 35164 (2025-08) and 36537 (2026-05), the readme of minio/minio (2026-02), the
/// upgrade notes of Argo CD, the change logs of Strimzi, of the EFS driver and of the Prometheus adapter, the
/// documentation of docker-library.
pub(super) fn note(path: &str) -> Option<&'static str> {
    let note = match path {
        _ if path.starts_with("bitnami/") => {
            "Bitnami's versioned tags moved to bitnamilegacy on Docker Hub in August 2025 and get no updates there; \
             its copies on public.ecr.aws ended in June 2026."
        }
        "minio/minio" => {
            "MinIO ended its community images in February 2026, on Docker Hub and on quay.io: tags that are there stay \
             as they are."
        }
        "argoproj/argocd" => "Argo CD pushes to quay.io only since 2.1.",
        "strimzi/kafka" | "strimzi/operator" => "Strimzi pushes to quay.io only since 0.21.0.",
        "amazon/aws-efs-csi-driver" => "There are no releases on Docker Hub since 1.3.8.",
        "directxman12/k8s-prometheus-adapter" => "Releases after 0.8.4 are at registry.k8s.io only.",
        "library/openjdk" => {
            "Docker's image openjdk is deprecated; eclipse-temurin is what its page names instead."
        }
        "jboss/keycloak" => "This image ended with Keycloak 20; its successor is quay.io/keycloak/keycloak.",
        _ => return None,
    };
    Some(note)
}
