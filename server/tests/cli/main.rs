//! The command line as scripts and people meet it: the built program, its output and its exit status.

#[cfg(unix)]
#[cfg(test)]
mod api_server;
#[cfg(unix)]
#[cfg(test)]
mod canary;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod copy;
#[cfg(test)]
mod ecr;
#[cfg(test)]
mod probe;
#[cfg(test)]
mod program;
#[cfg(test)]
mod proof;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod running;
#[cfg(test)]
mod serve;
#[cfg(unix)]
#[cfg(test)]
mod wizard;
