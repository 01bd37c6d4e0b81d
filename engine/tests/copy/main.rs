//! Copying between the lab's registries: a Docker Hub that counts and refuses, and a registry that only keeps a log,
//! each in front of Debian's docker-registry.

#[cfg(test)]
mod chaos;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod whole;
#[cfg(test)]
mod world;
