//! `guard/validating-admission-policy.yaml`: a warning to whoever names Docker Hub again.

use domain::cluster_wide::{ClusterWide, Offer, Renaming};
use domain::plan::Plan;

use super::{GUARD, cel, comment, indent};

/// The whole file, for this version of the API.
pub(super) fn write(plan: &Plan, wide: &ClusterWide, version: &str) -> String {
    let head = comment(&format!(
        "Warns whoever makes or changes something that names an image this plan moved, or in a namespace of the plan any\n\
         other image on Docker Hub, and notes it in the audit log. It refuses nothing.\n\
         Plan {digest}\n\
         \n\
         {served}\n\
         \n\
         Risk: none for what runs; kubectl and pipelines show one line more. Images that the plan knows to stay on Docker\n\
         Hub are left out. A Pod that a controller makes warns only the controller: look for it in the audit log, under\n\
         validation.policy.admission.k8s.io/validation_failure.\n\
         \n\
         Undo: kubectl delete -f {GUARD}",
        digest = plan.digest,
        served = served(wide.guarding, version),
    ));
    let spec = cel::variable("spec", SPEC);
    let images = cel::variable("images", &cel::images("variables.spec"));
    let hub = cel::variable("hub", cel::HUB);
    let renamed = cel::Renaming::of(wide).variables();
    let drifted = cel::variable("drifted", &drifted(wide));
    let message = indent(MESSAGE, 8);
    format!(
        "{head}\
         apiVersion: admissionregistration.k8s.io/{version}\n\
         kind: ValidatingAdmissionPolicy\n\
         metadata:\n\
         \x20 name: unthrottle-docker-hub-guard\n\
         spec:\n\
         \x20 # It only warns, so it has nothing to protect when it fails.\n\
         \x20 failurePolicy: Ignore\n\
         \x20 matchConstraints:\n\
         \x20   resourceRules:\n\
         \x20     - apiGroups: [\"\"]\n\
         \x20       apiVersions: [v1]\n\
         \x20       operations: [CREATE]\n\
         \x20       resources: [pods]\n\
         \x20     - apiGroups: [\"\"]\n\
         \x20       apiVersions: [v1]\n\
         \x20       operations: [UPDATE]\n\
         \x20       resources: [pods/ephemeralcontainers]\n\
         \x20     - apiGroups: [apps]\n\
         \x20       apiVersions: [v1]\n\
         \x20       operations: [CREATE, UPDATE]\n\
         \x20       resources: [deployments, statefulsets, daemonsets]\n\
         \x20     - apiGroups: [batch]\n\
         \x20       apiVersions: [v1]\n\
         \x20       operations: [CREATE, UPDATE]\n\
         \x20       resources: [jobs, cronjobs]\n\
         \x20 variables:\n\
         \x20   # A Pod's own spec, or that of the Pods which the object makes.\n\
         {spec}\
         {images}\
         \x20   # Those on Docker Hub, whatever their spelling: [as written, library/nginx:1.27].\n\
         {hub}\
         {renamed}\
         {drifted}\
         \x20 validations:\n\
         \x20   - expression: variables.drifted.size() == 0\n\
         \x20     message: An image is pulled from Docker Hub, whose pull limit counts it.\n\
         \x20     messageExpression: |-\n\
         {message}\n\
         ---\n\
         apiVersion: admissionregistration.k8s.io/{version}\n\
         kind: ValidatingAdmissionPolicyBinding\n\
         metadata:\n\
         \x20 name: unthrottle-docker-hub-guard\n\
         spec:\n\
         \x20 policyName: unthrottle-docker-hub-guard\n\
         \x20 # Deny instead of Warn would refuse them.\n\
         \x20 validationActions: [Warn, Audit]\n"
    )
}

fn served(offer: Offer, version: &str) -> String {
    match offer {
        Offer::Served(_) => "Needs Kubernetes 1.30 or later, as this cluster is.".to_owned(),
        Offer::SwitchedOn(_) => format!(
            "This server has {version} of the API only when it was started with\n\
             \x20 --feature-gates=ValidatingAdmissionPolicy=true --runtime-config=admissionregistration.k8s.io/{version}=true"
        ),
        Offer::Assumed(_) | Offer::Missing => {
            "The server's version is not known; this needs Kubernetes 1.30 or later.".to_owned()
        }
    }
}

/// `dyn`, since each of these paths is there for some of the kinds only, and the server checks types.
const SPEC: &str = "\
dyn(object).kind == 'Pod' ? dyn(object).spec
  : dyn(object).kind == 'CronJob' ? dyn(object).spec.jobTemplate.spec.template.spec
  : dyn(object).spec.template.spec";

/// What the plan moved, wherever it is named, and in its own namespaces everything else that it does not know to stay.
fn drifted(wide: &ClusterWide) -> String {
    let moved = match wide.renaming {
        Renaming::Each => "variables.renamed.exists(r, r[0] == i[0])".to_owned(),
        // There every image has a new name, also those that the plan never met.
        Renaming::Prefix(_) => format!("i[1] in {}", cel::list(wide.moved.keys())),
    };
    if wide.covered.is_empty() {
        return format!("variables.hub.filter(i, {moved})");
    }
    let known = if wide.staying.is_empty() {
        String::new()
    } else {
        format!(" && !(i[1] in {})", cel::list(&wide.staying))
    };
    let covered = cel::list(&wide.covered);
    format!("variables.hub.filter(i, {moved}\n  || (request.namespace in {covered}{known}))")
}

/// Each image as it is written, with its new name where there is one.
const MESSAGE: &str = "\
'Pulled from Docker Hub, whose limit counts it: ' + variables.drifted.map(i,
  variables.renamed.exists(r, r[0] == i[0])
    ? string(i[0]) + ' (use ' + string(variables.renamed.filter(r, r[0] == i[0])[0][1]) + ')'
    : string(i[0])).join(', ')";
