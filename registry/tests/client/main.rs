//! The client against real servers: the lab's Docker Hub, Debian's docker-registry, and servers that mean harm.

#[cfg(test)]
mod carrying;
#[cfg(test)]
mod docker_hub;
#[cfg(test)]
mod docker_registry;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_blobs;
#[cfg(test)]
mod login;
#[cfg(test)]
mod server;
