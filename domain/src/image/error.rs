//! Why a text is not an image reference, told to a person.

use thiserror::Error;

/// Longest excerpt of a refused text that is shown again; the text may be hostile and of any length.
const EXCERPT: usize = 80;

/// What is wrong with a reference. `Display` gives the same text as [`what`](Self::what).
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}", self.what())]
#[non_exhaustive]
pub enum ReferenceError {
    /// Nothing at all was given.
    Empty,
    /// A blank, line break or control character, usually left by copying.
    Whitespace {
        /// The whole input.
        text: String,
    },
    /// A placeholder of a template engine or of the shell that was never filled in.
    Template {
        /// The whole input.
        text: String,
    },
    /// Something with `://`; image references carry no scheme.
    Scheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// Sixty-four hexadecimal digits, which is how an image's id is printed.
    ImageId,
    /// The first component is meant to be a registry but is no valid host.
    BadRegistry {
        /// The first component.
        host: String,
    },
    /// The name would be read as a namespace on Docker Hub instead of as a registry.
    NotARegistry {
        /// The name given for a registry.
        host: String,
    },
    /// Capital letters in the repository.
    Uppercase {
        /// The repository without the registry.
        path: String,
    },
    /// A component of the repository that does not fit the grammar.
    BadPath {
        /// The repository without the registry.
        path: String,
        /// The first component that does not fit; may be empty.
        component: String,
    },
    /// A repository longer than registries accept.
    PathTooLong {
        /// Its length in bytes, without the registry.
        length: usize,
    },
    /// A tag that does not fit the grammar.
    BadTag {
        /// What stands after the colon.
        tag: String,
    },
    /// A digest of an unknown algorithm, of a wrong length or with other than lower-case hexadecimal digits.
    BadDigest {
        /// What stands after the `@`.
        digest: String,
    },
}

impl ReferenceError {
    /// What is wrong, in one clause without a final stop.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::Empty => "The image reference is empty".to_owned(),
            Self::Whitespace { text } => format!("{} holds a blank or a control character", excerpt(text)),
            Self::Template { text } => format!("{} is a template, not an image", excerpt(text)),
            Self::Scheme { scheme } => {
                format!("The image reference starts with {}", excerpt(&format!("{scheme}://")))
            }
            Self::ImageId => "Sixty-four hexadecimal digits are an image id, not an image's name".to_owned(),
            Self::BadRegistry { host } => format!("{} cannot be a registry's host", excerpt(host)),
            Self::NotARegistry { host } => format!("{} is not read as a registry", excerpt(host)),
            Self::Uppercase { path } => format!("The repository {} has capital letters", excerpt(path)),
            Self::BadPath { path, component } if component.is_empty() => {
                format!("The repository {} has an empty part", excerpt(path))
            }
            Self::BadPath { component, .. } => {
                format!("{} cannot be part of a repository's name", excerpt(component))
            }
            Self::PathTooLong { length } => format!("The repository's name is {length} characters long"),
            Self::BadTag { tag } if tag.is_empty() => "The tag after the colon is missing".to_owned(),
            Self::BadTag { tag } => format!("{} is not a valid tag", excerpt(tag)),
            Self::BadDigest { digest } => format!("{} is not a valid digest", excerpt(digest)),
        }
    }

    /// The rule that is broken.
    #[must_use]
    pub fn why(&self) -> &'static str {
        match self {
            Self::Empty => "A container needs the name of an image.",
            Self::Whitespace { .. } => "Blanks and line breaks are not allowed anywhere in a reference.",
            Self::Template { .. } => "The placeholder was not filled in before the text got here.",
            Self::Scheme { .. } => "References carry no scheme; the container runtime chooses the protocol.",
            Self::ImageId => "Runtimes refuse it as a name because it could mean an image on the node.",
            Self::BadRegistry { .. } => {
                "A registry is a host name or address with an optional port; underscores are not allowed in it."
            }
            Self::NotARegistry { .. } => {
                "The first part counts as a registry only with a dot, a port or as localhost; otherwise it is \
                 taken for a name on Docker Hub."
            }
            Self::Uppercase { .. } => {
                "Repositories are lower case; only a registry's host and the tag may have capitals."
            }
            Self::BadPath { .. } => {
                "Each part is of lower-case letters and digits, joined by one dot, one or two underscores, or hyphens."
            }
            Self::PathTooLong { .. } => "At most 255 characters are allowed after the registry.",
            Self::BadTag { .. } => {
                "A tag is up to 128 letters, digits, underscores, dots and hyphens and starts with none of the \
                 last two."
            }
            Self::BadDigest { .. } => {
                "A digest is sha256, sha384 or sha512, a colon, and 64, 96 or 128 lower-case hexadecimal digits."
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self {
            Self::Empty => "Write the image, for example nginx:1.27.",
            Self::Whitespace { .. } => "Take the blank or line break out, often one at the end.",
            Self::Template { .. } => {
                "Render the manifests first, for example with helm template, and use the result."
            }
            Self::Scheme { .. } => "Take away everything up to and including the two slashes.",
            Self::ImageId => "Use the repository's name, with @sha256: and the digest if it must be exact.",
            Self::BadRegistry { .. } => "Correct the host, or the port after it.",
            Self::NotARegistry { .. } => "Write the registry's full host name, or add its port.",
            Self::Uppercase { .. } => "Write the repository in lower case.",
            Self::BadPath { .. } => "Compare the name with the registry's page of the repository.",
            Self::PathTooLong { .. } => "Use a shorter repository name.",
            Self::BadTag { .. } => "Correct the tag, or leave it and its colon out.",
            Self::BadDigest { .. } => "Copy the whole digest again.",
        }
    }
}

/// The text in quotes, control characters escaped, cut where it gets long.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
