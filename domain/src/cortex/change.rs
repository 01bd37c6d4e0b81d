//! What a running cluster lets one change through Cortex's own command line.

use super::Version;

/// Which changed `image_*` keys the change command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptsKeys {
    /// All; it applies every manifest again. True by its source code, never documented as a procedure.
    All,
    /// `image_operator` and `image_manager` only; any other is refused.
    OperatorAndManager,
    /// None.
    Nothing,
}

/// The command that changes a running cluster (`cli/cmd/lib_cluster_config*.go` of each tag).
pub fn change_command(version: Version) -> &'static str {
    match version.minor {
        ..=16 => "cortex cluster update --config cluster.yaml",
        17..=30 => "cortex cluster configure --config cluster.yaml",
        33..=36 => "cortex cluster scale",
        _ => "cortex cluster configure cluster.yaml",
    }
}

/// Which image keys that command takes.
pub fn accepts_changed_keys(version: Version) -> AcceptsKeys {
    match version.minor {
        ..=20 => AcceptsKeys::All,
        21..=30 => AcceptsKeys::OperatorAndManager,
        _ => AcceptsKeys::Nothing,
    }
}
