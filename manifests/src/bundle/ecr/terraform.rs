//! `aws/main.tf`: the same for those whose account is made by Terraform. Copies themselves are no resource; they are
//! made by the script.

use domain::plan::{EcrSide, EcrWay, Plan};

/// The whole file. Every text in it is a repository, a region or a secret's name, all of which were checked to hold
/// nothing that means anything inside of quotes.
pub(super) fn write(plan: &Plan, ecr: &EcrSide) -> String {
    let head = format!(
        "# What the plan beside this folder needs in Amazon ECR.\n\
         # Plan {digest}\n\
         \n\
         terraform {{\n\
         \x20 required_providers {{\n\
         \x20   aws = {{\n\
         \x20     source  = \"hashicorp/aws\"\n\
         \x20     version = \">= 5.61\"\n\
         \x20   }}\n\
         \x20 }}\n\
         }}\n\
         \n\
         provider \"aws\" {{\n\
         \x20 region              = \"{region}\"\n\
         \x20 allowed_account_ids = [\"{account}\"]\n\
         }}\n",
        digest = plan.digest,
        region = ecr.registry.region(),
        account = ecr.registry.account(),
    );
    let body = match ecr.way {
        EcrWay::Copy => repositories(ecr),
        EcrWay::Cache => cache(ecr),
    };
    format!("{head}\n{body}\n{}", nodes())
}

fn repositories(ecr: &EcrSide) -> String {
    let names: String = ecr.repositories.iter().map(|name| format!("    \"{name}\",\n")).collect();
    format!(
        "# No lifecycle policy: a rule that expires images does not know which of them a pod will need again.\n\
         resource \"aws_ecr_repository\" \"docker_hub\" {{\n\
         \x20 for_each = toset([\n{names}\x20 ])\n\
         \n\
         \x20 name                 = each.key\n\
         \x20 image_tag_mutability = \"MUTABLE\"\n\
         \n\
         \x20 tags = {{\n\
         \x20   made-by = \"unthrottle\"\n\
         \x20 }}\n\
         }}\n"
    )
}

fn cache(ecr: &EcrSide) -> String {
    format!(
        "# Its value is set by hand, so that no token comes into the state file: a JSON object with the keys username\n\
         # and accessToken. The rule can only be made once it is set, so apply this resource first:\n\
         # terraform apply -target=aws_secretsmanager_secret.docker_hub\n\
         resource \"aws_secretsmanager_secret\" \"docker_hub\" {{\n\
         \x20 name = \"{secret}\"\n\
         }}\n\
         \n\
         resource \"aws_ecr_repository_creation_template\" \"docker_hub\" {{\n\
         \x20 prefix      = \"{prefix}\"\n\
         \x20 applied_for = [\"PULL_THROUGH_CACHE\"]\n\
         }}\n\
         \n\
         resource \"aws_ecr_pull_through_cache_rule\" \"docker_hub\" {{\n\
         \x20 ecr_repository_prefix = \"{prefix}\"\n\
         \x20 upstream_registry_url = \"registry-1.docker.io\"\n\
         \x20 credential_arn        = aws_secretsmanager_secret.docker_hub.arn\n\
         }}\n",
        secret = ecr.secret_name.as_deref().unwrap_or_default(),
        prefix = ecr.prefix,
    )
}

/// The nodes' rights as a policy of its own: which role it belongs to, the plan does not know.
fn nodes() -> &'static str {
    "# Attach it to the role of the nodes.\n\
     resource \"aws_iam_policy\" \"nodes\" {\n\
     \x20 name   = \"pull-docker-hub-copies\"\n\
     \x20 policy = file(\"${path.module}/policy-nodes.json\")\n\
     }\n"
}
