//! Least rights, as IAM policies (ECR user guide: pushing an image, pull-through cache).

use domain::plan::{EcrSide, EcrWay};
use serde_json::{Value, json};

/// For the role of the nodes.
pub(super) fn of_nodes(ecr: &EcrSide) -> Value {
    let mut pull = vec!["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];
    if ecr.way == EcrWay::Cache {
        pull.extend(["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]);
    }
    policy(&[
        // Knows no resource: under a repository it grants nothing.
        statement("SignIn", &["ecr:GetAuthorizationToken"], &["*".to_owned()]),
        statement("Pull", &pull, &[under_prefix(ecr)]),
    ])
}

/// For whoever runs the commands or Terraform.
pub(super) fn of_whoever_prepares(ecr: &EcrSide) -> Value {
    match ecr.way {
        EcrWay::Copy => policy(&[
            statement("SignIn", &["ecr:GetAuthorizationToken"], &["*".to_owned()]),
            statement(
                "MakeAndPush",
                &[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:CompleteLayerUpload",
                    "ecr:CreateRepository",
                    "ecr:DescribeRepositories",
                    "ecr:GetDownloadUrlForLayer",
                    "ecr:InitiateLayerUpload",
                    "ecr:PutImage",
                    "ecr:TagResource",
                    "ecr:UploadLayerPart",
                ],
                &[under_prefix(ecr)],
            ),
        ]),
        EcrWay::Cache => {
            let registry = &ecr.registry;
            let (partition, account) = (registry.partition().word(), registry.account());
            let name = ecr.secret_name.as_deref().unwrap_or_default();
            let secret =
                format!("arn:{partition}:secretsmanager:{}:{account}:secret:{name}-*", registry.region());
            let role = format!(
                "arn:{partition}:iam::{account}:role/aws-service-role/pullthroughcache.ecr.amazonaws.com/\
                 AWSServiceRoleForECRPullThroughCache"
            );
            policy(&[
                statement(
                    "Rule",
                    &[
                        "ecr:CreatePullThroughCacheRule",
                        "ecr:CreateRepositoryCreationTemplate",
                        "ecr:DeletePullThroughCacheRule",
                        "ecr:DeleteRepositoryCreationTemplate",
                        "ecr:DescribePullThroughCacheRules",
                        "ecr:DescribeRepositoryCreationTemplates",
                        "ecr:ValidatePullThroughCacheRule",
                    ],
                    &["*".to_owned()],
                ),
                statement(
                    "Account",
                    &[
                        "secretsmanager:CreateSecret",
                        "secretsmanager:DeleteSecret",
                        "secretsmanager:DescribeSecret",
                        "secretsmanager:GetSecretValue",
                        "secretsmanager:RestoreSecret",
                    ],
                    &[secret],
                ),
                statement("ServiceRole", &["iam:CreateServiceLinkedRole"], &[role]),
            ])
        }
    }
}

fn under_prefix(ecr: &EcrSide) -> String {
    ecr.registry.arn(&format!("{}/*", ecr.prefix))
}

fn policy(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(name: &str, actions: &[&str], resources: &[String]) -> Value {
    json!({ "Sid": name, "Effect": "Allow", "Action": actions, "Resource": resources })
}
