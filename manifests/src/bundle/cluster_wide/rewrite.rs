//! `cluster-wide/mutating-admission-policy.yaml`: the API server itself names images anew while Pods are made.

use domain::cluster_wide::{ClusterWide, Offer, Renaming};
use domain::plan::Plan;

use super::{REWRITE, cel, comment, indent};

/// The whole file, for this version of the API.
pub(super) fn write(plan: &Plan, wide: &ClusterWide, version: &str) -> String {
    let say_what = match &wide.renaming {
        Renaming::Each => "Names exactly the images of the plan anew",
        Renaming::Prefix(_) => "Has every image on Docker Hub pulled through the cache",
    };
    let head = comment(&format!(
        "{say_what}, while Pods are made. Manifests and templates stay as they are.\n\
         An alternative to the plan's steps, and not one of them.\n\
         Plan {digest}\n\
         \n\
         {served}\n\
         \n\
         Risk: templates and Pods then name different images, which surprises whoever reads only one of them. A Pod that\n\
         runs is not changed, so whatever waits now has to be made anew; a Job's Pod with backoffLimit 0 must not be.\n\
         Static Pods are out of its reach. A policy that allows registries by name has to allow the new one.\n\
         \n\
         Undo: kubectl delete -f {REWRITE}\n\
         Pods keep the names they were made with until they are made anew.",
        digest = plan.digest,
        served = served(wide.rewriting, version),
    ));
    let images = cel::variable("images", &cel::images("object.spec"));
    let hub = cel::variable("hub", cel::HUB);
    let renamed = cel::Renaming::of(wide).variables();
    let mutation = indent(MUTATION, 10);
    let binding = binding(wide, version);
    format!(
        "{head}\
         apiVersion: admissionregistration.k8s.io/{version}\n\
         kind: MutatingAdmissionPolicy\n\
         metadata:\n\
         \x20 name: unthrottle-docker-hub\n\
         spec:\n\
         \x20 # If an expression fails, the Pod is made as it was written: the worst is a pull that counts at Docker Hub.\n\
         \x20 failurePolicy: Ignore\n\
         \x20 # Once more after webhooks, for the sidecars they put in.\n\
         \x20 reinvocationPolicy: IfNeeded\n\
         \x20 matchConstraints:\n\
         \x20   resourceRules:\n\
         \x20     # Not on UPDATE: a new name there would restart containers whenever somebody sets a label.\n\
         \x20     - apiGroups: [\"\"]\n\
         \x20       apiVersions: [v1]\n\
         \x20       operations: [CREATE]\n\
         \x20       resources: [pods]\n\
         \x20     # kubectl debug puts containers into a Pod that runs.\n\
         \x20     - apiGroups: [\"\"]\n\
         \x20       apiVersions: [v1]\n\
         \x20       operations: [UPDATE]\n\
         \x20       resources: [pods/ephemeralcontainers]\n\
         \x20 matchConditions:\n\
         \x20   # What runs of a static Pod is said by a file on its node; here is only its reflection.\n\
         \x20   - name: no-static-pod\n\
         \x20     expression: \"!('kubernetes.io/config.mirror' in object.metadata.?annotations.orValue({{}}))\"\n\
         \x20 variables:\n\
         {images}\
         \x20   # Those on Docker Hub, whatever their spelling: [as written, library/nginx:1.27].\n\
         {hub}\
         {renamed}\
         \x20 mutations:\n\
         \x20   # Lists in a Pod are merged by name, so only what is written here changes.\n\
         \x20   - patchType: ApplyConfiguration\n\
         \x20     applyConfiguration:\n\
         \x20       expression: |-\n\
         {mutation}\n\
         ---\n\
         {binding}"
    )
}

/// When the server has this kind of policy.
fn served(offer: Offer, version: &str) -> String {
    match offer {
        Offer::Served(_) => "Needs Kubernetes 1.36 or later, as this cluster is.".to_owned(),
        Offer::SwitchedOn(_) => format!(
            "This server has {version} of the API only when it was started with\n\
             \x20 --feature-gates=MutatingAdmissionPolicy=true --runtime-config=admissionregistration.k8s.io/{version}=true\n\
             From 1.36 on it is always there, as v1: change both apiVersion lines after an upgrade."
        ),
        Offer::Assumed(_) | Offer::Missing => {
            "The server's version is not known. v1 is there from Kubernetes 1.36 on; \
                          1.34 and 1.35 have v1beta1\n\
                          and 1.32 and 1.33 have v1alpha1, both only when switched on."
                .to_owned()
        }
    }
}

fn binding(wide: &ClusterWide, version: &str) -> String {
    let head = format!(
        "apiVersion: admissionregistration.k8s.io/{version}\n\
         kind: MutatingAdmissionPolicyBinding\n\
         metadata:\n\
         \x20 name: unthrottle-docker-hub\n\
         spec:\n\
         \x20 policyName: unthrottle-docker-hub\n"
    );
    if wide.left_alone.is_empty() {
        return head;
    }
    format!(
        "{head}\
         \x20 matchResources:\n\
         \x20   namespaceSelector:\n\
         \x20     matchExpressions:\n\
         \x20       # The plan touches nothing there, and a wrong image there takes the whole cluster down.\n\
         \x20       - key: kubernetes.io/metadata.name\n\
         \x20         operator: NotIn\n\
         \x20         values: [{}]\n",
        wide.left_alone.join(", ")
    )
}

/// New names for the lists of a Pod. Ephemeral containers that are there already cannot change.
const MUTATION: &str = "\
Object{
  spec: Object.spec{
    containers: object.spec.containers
      .filter(c, request.operation == 'CREATE' && variables.renamed.exists(r, r[0] == c.?image.orValue('')))
      .map(c, Object.spec.containers{
        name: c.name,
        image: variables.renamed.filter(r, r[0] == c.image)[0][1]
      }),
    initContainers: object.spec.?initContainers.orValue([])
      .filter(c, request.operation == 'CREATE' && variables.renamed.exists(r, r[0] == c.?image.orValue('')))
      .map(c, Object.spec.initContainers{
        name: c.name,
        image: variables.renamed.filter(r, r[0] == c.image)[0][1]
      }),
    ephemeralContainers: object.spec.?ephemeralContainers.orValue([])
      .filter(c, !oldObject.spec.?ephemeralContainers.orValue([]).exists(o, o.name == c.name)
        && variables.renamed.exists(r, r[0] == c.?image.orValue('')))
      .map(c, Object.spec.ephemeralContainers{
        name: c.name,
        image: variables.renamed.filter(r, r[0] == c.image)[0][1]
      }),
    volumes: object.spec.?volumes.orValue([])
      .filter(v, request.operation == 'CREATE'
        && variables.renamed.exists(r, r[0] == v.?image.?reference.orValue('')))
      .map(v, Object.spec.volumes{
        name: v.name,
        image: Object.spec.volumes.image{
          reference: variables.renamed.filter(r, r[0] == v.image.reference)[0][1]
        }
      })
  }
}";
