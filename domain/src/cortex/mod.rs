//! Cortex (cortexlabs/cortex): what each version is made of.
//!
//! Versions, configuration keys, API images, how an installation is recognised. Read from Cortex's own
//! repository, tag by tag, for 0.15 to 0.42. Must not know of any other product, nor of files and objects.

mod accounts;
mod api;
mod beyond;
mod change;
mod keys;
mod published;
mod recognise;
mod release;
mod version;

pub use accounts::{AccountUse, service_accounts};
pub use api::{
    Compute, PredictorType, api_kinds, api_section, default_api_image, default_serving_image,
    has_pod_containers, task_section,
};
pub use beyond::{BeyondKeys, images_beyond_keys};
pub use change::{AcceptsKeys, accepts_changed_keys, change_command};
pub use keys::{ClusterKey, cluster_keys, key_range};
pub use published::{is_known_name, published_images, published_tags};
pub use recognise::{
    NoCopy, agreed_version, is_cortex_image, quay_copy, quay_equivalent, quay_name,
    version_from_cluster_config, version_in_tag, version_of_cortex_image, version_of_operator_image,
};
pub use release::releases;
pub use version::{NotAVersion, Version};
