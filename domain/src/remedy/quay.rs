//! Pull from quay.io.
