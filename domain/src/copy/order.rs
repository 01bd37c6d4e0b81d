//! What somebody wants copied: pairs of a source and a target.

use std::collections::BTreeMap;

use super::platform::{NoPlatform, Platform};
use crate::image::{ImageReference, ReferenceError};
use crate::plan::Copy;
use crate::problem::Problem;

/// One image to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What is copied.
    pub source: ImageReference,
    /// Where to: a tag, or the digest that the image has anyway.
    pub target: ImageReference,
    /// Further names for it in the target's repository.
    pub also: Vec<ImageReference>,
    /// Platforms to copy; empty for all. Leaving some out changes the digest of an index.
    pub platforms: Vec<Platform>,
}

impl Order {
    /// All names that the image is to have at the target.
    pub fn names(&self) -> impl Iterator<Item = &ImageReference> {
        std::iter::once(&self.target).chain(&self.also)
    }

    /// The order of a plan's copy, by its digest where the plan knows it.
    ///
    /// # Errors
    /// When it names no images or no platforms, or names outside of the target's repository.
    pub fn planned(copy: &Copy) -> Result<Self, Problem> {
        let pinned = copy.digest.as_ref().filter(|_| !copy.source.contains('@'));
        let source = pinned.map(|digest| format!("{}@{digest}", copy.source));
        let mut order = order(source.as_ref().unwrap_or(&copy.source), &copy.target)?;
        for name in &copy.also {
            let also: ImageReference = name.parse().map_err(|error| no_reference(name, &error))?;
            if also.repository() != order.target.repository() {
                let why = format!("It is in another repository than {}.", copy.target);
                let next = "Make the plan again.";
                let what = "A further name of a copy cannot be given.";
                return Err(Problem::bad_input("copy_plan", what, why, next).at(name));
            }
            order.also.push(also);
        }
        let platforms =
            copy.platforms.iter().map(|text| text.parse().map_err(|error| no_platform(text, &error)));
        order.platforms = platforms.collect::<Result<_, _>>()?;
        Ok(order)
    }
}

/// Reads a list: a source and a target on each line, blanks between them, `#` before a comment.
///
/// # Errors
/// For the first line that is none, with its number; `name` is the list's own.
pub fn list(text: &str, name: &str) -> Result<Vec<Order>, Problem> {
    let lines =
        text.lines().enumerate().map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default()));
    let mut orders = Vec::new();
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{name}:{number}");
        let words: Vec<&str> = line.split_whitespace().collect();
        let [source, target] = words.as_slice() else {
            let why = format!("It has {} words, and a source and a target are wanted.", words.len());
            let next = "Write SOURCE TARGET on each line.";
            return Err(
                Problem::bad_input("copy_list", "A line of the list is no order.", why, next).at(place)
            );
        };
        orders.push(order(source, target).map_err(|problem| problem.at(&place))?);
    }
    checked(orders)
}

/// One pair.
///
/// # Errors
/// When one of the two is no image reference.
pub fn order(source: &str, target: &str) -> Result<Order, Problem> {
    let read = |text: &str| text.parse::<ImageReference>().map_err(|error| no_reference(text, &error));
    let order =
        Order { source: read(source)?, target: read(target)?, also: Vec::new(), platforms: Vec::new() };
    if order.source.normalized() == order.target.normalized() {
        let why = "Source and target are the same image.";
        let next = "Name another repository or tag as the target.";
        return Err(Problem::bad_input("copy_onto_itself", "There is nothing to copy.", why, next).at(source));
    }
    Ok(order)
}

/// The orders without repetitions; none of them overwrites another.
///
/// # Errors
/// When two different images are to go to one place.
pub fn checked(orders: Vec<Order>) -> Result<Vec<Order>, Problem> {
    let mut sources: BTreeMap<String, String> = BTreeMap::new();
    let mut kept = Vec::new();
    for order in orders {
        let source = order.source.normalized();
        let mut is_new = false;
        for target in order.names().map(ImageReference::normalized) {
            match sources.get(&target) {
                None => {
                    sources.insert(target, source.clone());
                    is_new = true;
                }
                Some(same) if *same == source => {}
                Some(other) => {
                    let why = format!("Both {other} and {source} are to go there.");
                    let next = "Give each image a target of its own.";
                    return Err(Problem::bad_input(
                        "copy_overwrites",
                        "Two images have one target.",
                        why,
                        next,
                    )
                    .at(target));
                }
            }
        }
        if is_new {
            kept.push(order);
        }
    }
    Ok(kept)
}

fn no_platform(text: &str, error: &NoPlatform) -> Problem {
    let (what, next) = ("A platform of the plan cannot be read.", "Make the plan again.");
    Problem::bad_input("copy_plan", what, format!("Instead, {error}."), next).at(text)
}

fn no_reference(text: &str, error: &ReferenceError) -> Problem {
    Problem::bad_input("image_reference", format!("{}.", error.what()), error.why(), error.next()).at(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_pairs_with_comments_between() {
        let text = "# mine\nnginx:1.27 quay.io/me/nginx:1.27 # the front\n\n  redis\tquay.io/me/redis\nredis:latest quay.io/me/redis:latest\n";
        let orders = list(text, "list").unwrap();
        assert_eq!(orders.len(), 2, "the same once more is the same");
        assert_eq!(orders[0].source.normalized(), "docker.io/library/nginx:1.27");
        assert_eq!(orders[1].target.normalized(), "quay.io/me/redis:latest");
    }

    #[test]
    fn a_plans_copy_is_one_order_with_all_its_names() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let copy = Copy {
            source: "docker.io/library/nginx:1".to_owned(),
            target: "mine.example/nginx:1".to_owned(),
            digest: Some(digest.clone()),
            also: vec!["mine.example/nginx:latest".to_owned()],
            platforms: vec!["linux/arm64".to_owned()],
        };
        let order = Order::planned(&copy).unwrap();
        assert_eq!(order.source.digest(), Some(digest.as_str()));
        let names: Vec<String> = order.names().map(ImageReference::normalized).collect();
        assert_eq!(names, ["mine.example/nginx:1", "mine.example/nginx:latest"]);
        assert_eq!(order.platforms, ["linux/arm64".parse().unwrap()]);
        let elsewhere = Copy { also: vec!["mine.example/other:1".to_owned()], ..copy.clone() };
        assert_eq!(Order::planned(&elsewhere).unwrap_err().code, "copy_plan");
        let nowhere = Copy { platforms: vec!["linux".to_owned()], ..copy };
        assert_eq!(Order::planned(&nowhere).unwrap_err().code, "copy_plan");

        let twice = [order.clone(), super::order("redis:1", "mine.example/nginx:latest").unwrap()];
        assert_eq!(checked(twice.to_vec()).unwrap_err().code, "copy_overwrites");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, code, place) in [
            ("nginx", "copy_list", "list:1"),
            ("a b\n\na b c", "copy_list", "list:3"),
            ("a B/b/C", "image_reference", "list:1"),
            ("nginx docker.io/library/nginx:latest", "copy_onto_itself", "list:1"),
            ("a quay.io/x\nb quay.io/x", "copy_overwrites", "quay.io/x:latest"),
        ] {
            let problem = list(text, "list").unwrap_err();
            assert_eq!((problem.code.as_str(), problem.place.as_str()), (code, place), "{text}");
        }
    }
}
