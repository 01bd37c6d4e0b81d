//! The folder `aws/`: what Amazon ECR needs before a cluster can pull from it, for somebody who has the rights there
//! and neither this program nor the cluster. Commands for a shell, the same as Terraform, and least rights.

mod policies;
mod readme;
mod script;
mod terraform;

use domain::plan::{EcrSide, EcrWay, Plan};
use domain::problem::Problem;

use super::{file, json_file};
use crate::archive::BundleFile;

/// All files of the folder; nothing for a plan without ECR.
///
/// # Errors
/// When a policy cannot be written as JSON, which none is.
pub(super) fn files(plan: &Plan) -> Result<Vec<BundleFile>, Problem> {
    let Some(ecr) = &plan.ecr else { return Ok(Vec::new()) };
    Ok(vec![
        BundleFile { executable: true, ..file(SCRIPT, script::write(plan, ecr).into_bytes()) },
        file("aws/main.tf", terraform::write(plan, ecr).into_bytes()),
        json_file("aws/policy-nodes.json", &policies::of_nodes(ecr))?,
        json_file("aws/policy-prepare.json", &policies::of_whoever_prepares(ecr))?,
    ])
}

pub(super) use readme::section;

/// The lines that make what the plan needs, in order.
pub(super) fn prepare_lines(ecr: &EcrSide) -> Vec<String> {
    match ecr.way {
        EcrWay::Copy => vec!["unthrottle copy --plan .".to_owned()],
        EcrWay::Cache => vec![format!("sh {SCRIPT} prepare")],
    }
}

/// The lines that copy without this program.
fn copy_lines() -> [String; 2] {
    ["prepare", "copy"].map(|part| format!("sh {SCRIPT} {part}"))
}

/// The line that gives a role the rights of the nodes.
fn rights_line() -> String {
    format!("sh {SCRIPT} rights ROLE")
}

/// The line that takes away what is not a copy of anything.
pub(super) fn remove_line() -> String {
    format!("sh {SCRIPT} remove")
}

const SCRIPT: &str = "aws/commands.sh";
