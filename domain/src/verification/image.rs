//! What shows that a running container is of the image that the plan wants. Must not know how a pod came to name it.

use crate::evidence::mask;
use crate::image::ImageReference;
use crate::plan::{ImageMove, Plan};

/// A container of a pod that names the wanted image.
pub(super) struct Seen<'a> {
    /// The image that the plan wants.
    pub(super) wanted: &'a ImageMove,
    /// `imageID` as the runtime tells it.
    pub(super) image_id: Option<&'a str>,
    /// The kubelet's `Pulled` event for the wanted image; kept for an hour (kube-apiserver, `--event-ttl`).
    pub(super) pulled: Option<&'a str>,
}

impl Seen<'_> {
    /// What shows that it runs the wanted image, in words; `None` when nothing does.
    ///
    /// A runtime keeps content once, and of all names that it has for it may tell any. containerd tells the first of
    /// them, sorted (`pkg/cri/store/image` and `pkg/cri/server/container_status.go` of 1.6): what a node has from Docker Hub it still tells as
    /// `docker.io/…`, in `image` and in `imageID`, when a pod names the same bytes at quay.io. Seen in the lab, where
    /// Amazon ECR's names, which begin with a digit, come first. There the digest decides, if it is proven to be the new
    /// name's: it is of all the bytes (OCI image specification, descriptors). Without such a proof an old name shows
    /// nothing. A container that a patch in place found running looks the same until the kubelet has restarted it,
    /// moments later.
    pub(super) fn shown(&self, plan: &Plan) -> Option<String> {
        let wanted: ImageReference = self.wanted.to.parse().ok()?;
        if let Some(event) = self.pulled {
            return Some(mask(event));
        }
        let id = self.image_id?;
        let (repository, digest) = id.trim_start_matches("docker-pullable://").split_once('@')?;
        if repository == wanted.repository() {
            return Some(id.to_owned());
        }
        (proven(&wanted, self.wanted, plan)? == digest).then(|| {
            format!(
                "Its node has the very bytes of the new name, {digest}, and tells them by another name, {repository}. They \
                 need not be pulled again. That {} holds them was proven when the plan was made, and the next pull goes \
                 there.",
                wanted.domain()
            )
        })
    }
}

/// The digest that the new name is known to have: by the name itself, or by what registries said for the plan.
fn proven<'a>(wanted: &'a ImageReference, image: &ImageMove, plan: &'a Plan) -> Option<&'a str> {
    let by_registries = || plan.proofs.iter().find(|proof| proof.target == image.to)?.digest.as_deref();
    wanted.digest().or_else(by_registries)
}
