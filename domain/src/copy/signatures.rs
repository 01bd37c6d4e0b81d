//! What belongs to an image without being named by it: signatures, attestations and lists of contents, found by the
//! names of tags (cosign's "SIGNATURE_SPEC", distribution specification's "Referrers Tag Schema").

/// What cosign appends to the digest in a tag.
const COSIGN: [&str; 3] = [".sig", ".att", ".sbom"];

/// The tag under which registries without lists of referrers keep one.
#[must_use]
pub fn fallback_tag(digest: &str) -> String {
    // The specification cuts both parts, so that the tag stays one.
    const ALGORITHM: usize = 32;
    const HEX: usize = 64;
    let (algorithm, hex) = digest.split_once(':').unwrap_or((digest, ""));
    let cut = |text: &str, most: usize| text.chars().take(most).collect::<String>();
    format!("{}-{}", cut(algorithm, ALGORITHM), cut(hex, HEX))
}

/// Those of a repository's tags that belong to the image with this digest.
#[must_use]
pub fn belonging<'a>(tags: &'a [String], digest: &str) -> Vec<&'a String> {
    let stem = fallback_tag(digest);
    let belongs =
        |tag: &String| tag.strip_prefix(&stem).is_some_and(|rest| rest.is_empty() || COSIGN.contains(&rest));
    tags.iter().filter(|tag| belongs(tag)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_that_name_the_digest_belong_to_it() {
        let tags: Vec<String> =
            ["1.0", "sha256-ab", "sha256-ab.att", "sha256-ab.sig", "sha256-ab.sig.old", "sha256-abc"]
                .map(str::to_owned)
                .into();
        assert_eq!(belonging(&tags, "sha256:ab"), ["sha256-ab", "sha256-ab.att", "sha256-ab.sig"]);
        let long = fallback_tag(&format!("sha512:{}", "a".repeat(128)));
        assert_eq!((long.len(), long.starts_with("sha512-aaa")), (71, true));
    }
}
