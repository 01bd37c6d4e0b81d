//! Pushing images straight into a registry's storage, past its front: nothing of it is counted or logged.

use bytes::Bytes;
use http::{Method, StatusCode, header};

use crate::error::{LabError, Result};
use crate::http_client::HttpClient;
use crate::images::{self, Blob, Image};

/// A docker-registry on a loopback port.
#[derive(Debug)]
pub struct Store<'a> {
    client: &'a HttpClient,
    port: u16,
}

impl<'a> Store<'a> {
    /// The storage on `port`.
    #[must_use]
    pub fn new(client: &'a HttpClient, port: u16) -> Self {
        Self { client, port }
    }

    /// Pushes an image as `repository:tag`, unless it is there.
    ///
    /// # Errors
    /// When the storage refuses.
    pub async fn publish(&self, repository: &str, tag: &str, image: &Image) -> Result<()> {
        let manifest = self.url(&format!("{repository}/manifests/{tag}"));
        let by_digest = self.url(&format!("{repository}/manifests/{}", image.manifest.digest));
        if self.client.send(Method::HEAD, &by_digest, images::MANIFEST, Bytes::new()).await?.status
            != StatusCode::OK
        {
            self.push_blobs(repository, image).await?;
        }
        self.client.succeed(Method::PUT, &manifest, images::MANIFEST, image.manifest.bytes.clone()).await?;
        Ok(())
    }

    async fn push_blobs(&self, repository: &str, image: &Image) -> Result<()> {
        for blob in [&image.base, &image.own, &image.config] {
            self.push_blob(repository, blob).await?;
        }
        Ok(())
    }

    /// One upload in one piece, by the distribution specification: POST for a place, PUT into it.
    async fn push_blob(&self, repository: &str, blob: &Blob) -> Result<()> {
        let begin = self.url(&format!("{repository}/blobs/uploads/"));
        let bytes = "application/octet-stream";
        let place = self.client.succeed(Method::POST, &begin, bytes, Bytes::new()).await?;
        let location = place.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        let location = location
            .ok_or_else(|| LabError::Http { url: begin.clone(), why: "no place to upload to".into() })?;
        let joint = if location.contains('?') { '&' } else { '?' };
        let url = format!("http://127.0.0.1:{}{location}{joint}digest={}", self.port, blob.digest);
        self.client.succeed(Method::PUT, &url, bytes, blob.bytes.clone()).await?;
        Ok(())
    }

    fn url(&self, rest: &str) -> String {
        format!("http://127.0.0.1:{}/v2/{rest}", self.port)
    }
}
