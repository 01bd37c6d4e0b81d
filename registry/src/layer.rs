//! Reading a blob piece by piece, and going on with it where it was cut off.

use bytes::Bytes;
use domain::copy::{Descriptor, Repository};
use domain::ports::copying::Meter;
use domain::problem::Problem;
use domain::registry::{Answer, Reply};
use reqwest::{Method, Url};

use crate::client::Client;
use crate::digest::Running;
use crate::pass::Right;
use crate::problems;
use crate::reading::BYTES;
use crate::transport::Answered;

/// Bytes that must have come since the last cut: whoever sends less each time is not worth asking again.
const PROGRESS: u64 = 64 * 1024;

/// A blob on its way in. What it has given so far is a beginning of the right length at most; only its end is proven.
pub(crate) struct Layer<'a> {
    client: &'a Client,
    at: &'a Repository,
    blob: &'a Descriptor,
    meter: &'a Meter,
    answer: Answered,
    digest: Running,
    /// Bytes given.
    given: u64,
    /// Bytes given since the last request.
    since: u64,
    /// Bytes that come again because the registry began at the start.
    again: u64,
}

impl<'a> Layer<'a> {
    pub(crate) async fn open(
        client: &'a Client,
        at: &'a Repository,
        blob: &'a Descriptor,
        meter: &'a Meter,
    ) -> Result<Answer<Self>, Problem> {
        let answer = ask(client, at, blob, meter, 0).await?;
        let digest = Running::new(&blob.digest).ok_or_else(|| problems::digest_kind(&blob.digest))?;
        if let Answer::Found(answer) = &answer
            && answer.stated_length().is_some_and(|length| length != blob.size)
        {
            return Err(problems::wrong_length(blob, answer.url()));
        }
        Ok(answer.map(|answer| Self {
            client,
            at,
            blob,
            meter,
            answer,
            digest,
            given: 0,
            since: 0,
            again: 0,
        }))
    }

    pub(crate) fn url(&self) -> &Url {
        self.answer.url()
    }

    /// The next bytes; `None` once all have come and have proved to be what the digest says.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        loop {
            match self.answer.chunk().await {
                Ok(Some(chunk)) => {
                    if let Some(fresh) = self.take(chunk)? {
                        return Ok(Some(fresh));
                    }
                }
                Ok(None) if self.given == self.blob.size => return self.prove().map(|()| None),
                Ok(None) => self.go_on(problems::cut(self.url())).await?,
                Err(problem) => self.go_on(problem).await?,
            }
        }
    }

    fn take(&mut self, mut chunk: Bytes) -> Result<Option<Bytes>, Problem> {
        let length = chunk.len() as u64;
        self.meter.read(length);
        let known = self.again.min(length);
        self.again -= known;
        // No chunk is longer than memory.
        let fresh = chunk.split_off(usize::try_from(known).unwrap_or(usize::MAX));
        self.given += fresh.len() as u64;
        self.since += fresh.len() as u64;
        if self.given > self.blob.size {
            return Err(problems::wrong_length(self.blob, self.url()));
        }
        self.digest.update(&fresh);
        Ok((!fresh.is_empty()).then_some(fresh))
    }

    fn prove(&mut self) -> Result<(), Problem> {
        if self.digest.fits() { Ok(()) } else { Err(problems::wrong_blob(&self.blob.digest, self.url())) }
    }

    /// Asks for the rest, if the last request brought something.
    async fn go_on(&mut self, cut: Problem) -> Result<(), Problem> {
        if self.since < PROGRESS {
            return Err(cut);
        }
        let Answer::Found(answer) = ask(self.client, self.at, self.blob, self.meter, self.given).await?
        else {
            return Err(cut);
        };
        self.since = 0;
        self.again = match (answer.status().as_u16(), answer.text("content-range")) {
            (206, Some(range)) if begins_at(range, self.given) => 0,
            (206, _) => return Err(cut),
            // A registry that knows no ranges begins again.
            _ => self.given,
        };
        self.answer = answer;
        Ok(())
    }
}

async fn ask(
    client: &Client,
    at: &Repository,
    blob: &Descriptor,
    meter: &Meter,
    from: u64,
) -> Result<Answer<Answered>, Problem> {
    let path = format!("{}/blobs/{}", at.path, blob.digest);
    let mut what = client.what(&at.registry, Method::GET, &path, BYTES)?;
    what.layer_from = Some(from);
    meter.asked();
    let heard = client.ask(&at.registry, Right::Read(at.path.clone()), &what).await?;
    let Reply { answer, .. } = client.sort(&at.registry, heard, &[200, 206]).await?;
    Ok(answer)
}

/// Whether `Content-Range: bytes 5-9/10` begins there (RFC 9110 §14.4).
fn begins_at(range: &str, from: u64) -> bool {
    let first = range.trim().strip_prefix("bytes ").and_then(|range| range.split_once('-'));
    first.and_then(|(first, _)| first.trim().parse().ok()) == Some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_begins_where_it_says() {
        assert!(begins_at("bytes 5-9/10", 5));
        assert!(begins_at("bytes 0-9/*", 0));
        for range in ["", "bytes", "bytes 5", "bytes */10", "items 5-9/10", "bytes -5-9/10"] {
            assert!(!begins_at(range, 5), "{range}");
        }
    }
}
