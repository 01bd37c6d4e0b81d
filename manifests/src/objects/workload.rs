//! Objects whose spec holds a pod template.

use domain::facts::{Fact, Origin, WorkloadFact};
use serde::Deserialize;

use super::TypeMeta;
use super::lenient::or_default;
use super::metadata::Metadata;
use super::pod_spec::RawPodSpec;

/// Any of them: the kinds differ only in where the template stands.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Workload {
    #[serde(deserialize_with = "or_default")]
    metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    spec: Spec,
    #[serde(deserialize_with = "or_default")]
    status: Status,
    /// Of a PodTemplate.
    template: Option<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Spec {
    replicas: Option<i64>,
    parallelism: Option<i64>,
    template: Option<Template>,
    /// Of a CronJob.
    job_template: Option<JobTemplate>,
    #[serde(alias = "updateStrategy")]
    strategy: Option<Strategy>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Template {
    spec: Option<RawPodSpec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JobTemplate {
    #[serde(deserialize_with = "or_default")]
    spec: JobSpec,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct JobSpec {
    template: Option<Template>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Strategy {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    /// Of a DaemonSet, which has no `replicas`.
    desired_number_scheduled: Option<i64>,
    current_number_scheduled: Option<i64>,
    replicas: Option<i64>,
}

impl Workload {
    /// The link to the object's own controller where it has one, and the template where it shows one.
    ///
    /// What a Deployment or another workload controls is only a link: the owner's template says the rest.
    /// Metadata alone (a `PartialObjectMetadata`) or a Rollout that borrows a Deployment's template shows no
    /// template.
    pub(super) fn facts(
        mut self,
        kind: &TypeMeta,
        pod_spec: &str,
        origin: Option<Origin>,
        give: &mut dyn FnMut(Fact),
    ) {
        let object = self.metadata.object(kind);
        let controller = self.metadata.controller();
        if let (Some(uid), "ReplicaSet" | "Job") = (&object.uid, object.kind.as_str()) {
            give(Fact::Owner { uid: uid.clone(), controller: controller.clone(), object: object.clone() });
        }
        if object.kind == "ReplicaSet" && controller.is_some() {
            return;
        }
        let job_template = self.spec.job_template.and_then(|job| job.spec.template);
        let template = self.spec.template.or(job_template).or(self.template);
        let Some(spec) = template.and_then(|template| template.spec) else { return };
        let wanted = self.spec.replicas.or(self.spec.parallelism).or(self.status.desired_number_scheduled);
        let present = self.status.replicas.or(self.status.current_number_scheduled);
        give(Fact::Workload(WorkloadFact {
            object,
            controller,
            origin: self.metadata.origin(origin),
            labels: std::mem::take(&mut self.metadata.labels.0),
            annotations: std::mem::take(&mut self.metadata.annotations.0),
            spec: spec.into_spec(pod_spec),
            replicas: wanted.and_then(|wanted| u32::try_from(wanted).ok()),
            present: present.and_then(|present| u32::try_from(present).ok()),
            update_strategy: self.spec.strategy.and_then(|strategy| strategy.kind),
        }));
    }
}
