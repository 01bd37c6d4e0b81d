//! Sending a blob in one piece while it comes in: POST for a place, one PUT into it (distribution specification,
//! "POST then PUT"). Never in chunks: registries answer those in ways that cannot be told from failure.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use domain::copy::{Descriptor, Repository};
use domain::ports::copying::{Carried, Meter, Upload};
use domain::problem::Problem;
use domain::registry::{Answer, Reply};
use http_body::{Body, Frame, SizeHint};
use reqwest::header::LOCATION;
use reqwest::{Method, Url};
use thiserror::Error;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::timeout;

use crate::client::Client;
use crate::layer::Layer;
use crate::pass::Right;
use crate::problems;
use crate::reading::{JSON, agree, stated_digest};
use crate::transport::{Answered, may_lead};

/// For the target to take the next bytes: whoever takes nothing for so long has gone.
const TO_TAKE: Duration = Duration::from_secs(60);
/// For the target's word after the last byte. Registries in front of an object store copy the whole blob then.
const TO_COMMIT: Duration = Duration::from_secs(300);
/// What a blob is sent as, whatever it holds.
pub(crate) const OCTETS: &str = "application/octet-stream";
/// Bytes of one piece that is handed on; what comes in larger pieces is cut.
const PIECE: usize = 256 * 1024;

impl Client {
    /// Begins an upload, or mounts at once: what the target answers to `POST …/blobs/uploads/`.
    pub(crate) async fn begin(
        &self,
        into: &Repository,
        mount: Option<(&str, &Repository)>,
    ) -> Result<Reply<Begun>, Problem> {
        let (right, query) = match mount {
            Some((digest, from)) => (
                Right::Mount { into: into.path.clone(), from: from.path.clone() },
                format!("?mount={digest}&from={}", from.path),
            ),
            None => (Right::Write(into.path.clone()), String::new()),
        };
        let path = format!("{}/blobs/uploads/{query}", into.path);
        let mut what = self.what(&into.registry, Method::POST, &path, JSON)?;
        what.body = Some((OCTETS.to_owned(), Bytes::new()));
        let heard = self.ask(&into.registry, right, &what).await?;
        let Reply { answer, terms } = self.sort(&into.registry, heard, &[201, 202]).await?;
        let answer = match answer.given() {
            Ok(answer) if answer.status() == 201 && mount.is_some() => Answer::Found(Begun::Mounted),
            Ok(answer) => Answer::Found(Begun::Upload(self.place(into, &answer)?)),
            Err(answer) => answer,
        };
        Ok(Reply { answer, terms })
    }

    /// The place that the target names for an upload: its own, or one that it may send us to.
    fn place(&self, into: &Repository, answer: &Answered) -> Result<Upload, Problem> {
        let location = answer.text(LOCATION.as_str()).ok_or_else(|| problems::no_place(answer.url()))?;
        let url = answer.url().join(location).map_err(|_| problems::no_place(answer.url()))?;
        if may_lead(&self.home(&into.registry)?, &url) {
            Ok(Upload(url.into()))
        } else {
            Err(problems::redirect(answer.url()))
        }
    }

    pub(crate) async fn bring(
        &self,
        blob: &Descriptor,
        from: &Repository,
        into: &Repository,
        begun: Option<Upload>,
        meter: &Meter,
    ) -> Result<Carried, Problem> {
        // The source first: an upload without anything to send would be left lying about.
        let layer = match Layer::open(self, from, blob, meter).await? {
            Answer::Found(layer) => layer,
            Answer::NotThere => return Ok(Carried::NotAtSource),
            Answer::Refused(refusal) => return Ok(Carried::SourceRefused(refusal)),
        };
        let place = match begun {
            Some(place) => place,
            None => match self.begin(into, None).await?.answer {
                Answer::Found(Begun::Upload(place)) => place,
                Answer::Found(Begun::Mounted) => return Ok(Carried::Done),
                Answer::NotThere => return Ok(Carried::TargetRefused(None)),
                Answer::Refused(refusal) => return Ok(Carried::TargetRefused(Some(refusal))),
            },
        };
        let answer = self.put_layer(layer, into, blob, &place, meter).await?;
        match self.sorted(&into.registry, answer, false, &[201, 202, 204]).await? {
            Answer::Found(answer) => {
                agree(Some(&blob.digest), stated_digest(&answer).as_deref(), &answer)?;
                Ok(Carried::Done)
            }
            Answer::NotThere => Err(problems::upload_lost(&into.to_string())),
            Answer::Refused(refusal) => Ok(Carried::TargetRefused(Some(refusal))),
        }
    }

    /// Reads and sends at once. Whichever side fails first decides.
    async fn put_layer(
        &self,
        layer: Layer<'_>,
        into: &Repository,
        blob: &Descriptor,
        place: &Upload,
        meter: &Meter,
    ) -> Result<Answered, Problem> {
        let home = self.home(&into.registry)?;
        let mut url = Url::parse(&place.0).map_err(|_| problems::no_place(&home))?;
        url.query_pairs_mut().append_pair("digest", &blob.digest);
        // The pass that opened the upload. Another place has its rights in its address.
        let pass = self.passes.for_writing(&into.registry, &into.path);
        let pass = pass.filter(|_| url.origin() == home.origin()).map(|pass| pass.header);

        let (pieces, arriving) = channel(1);
        let body = reqwest::Body::wrap(Arriving { pieces: arriving, left: blob.size });
        let sending = self.transport.send_layer(&url, pass.as_ref(), blob.size, body);
        let reading = hand_on(layer, pieces, &url, meter);
        tokio::pin!(sending, reading);
        tokio::select! {
            // An answer before the end is a refusal, which says more than the broken pipe.
            biased;
            answer = &mut sending => return answer,
            read = &mut reading => read?,
        }
        timeout(TO_COMMIT, sending).await.map_err(|_| problems::stalled(&url))?
    }
}

/// What a target answered to the wish to upload.
pub(crate) enum Begun {
    /// The blob was taken over from elsewhere.
    Mounted,
    /// Here is a place.
    Upload(Upload),
}

/// Hands pieces on as they come, but the last only when all of them are proven: a target that commits whatever it is
/// given never gets the wrong thing whole.
async fn hand_on(
    mut layer: Layer<'_>,
    pieces: Sender<Bytes>,
    to: &Url,
    meter: &Meter,
) -> Result<(), Problem> {
    let mut held = Bytes::new();
    while let Some(mut next) = layer.next().await? {
        while !held.is_empty() || !next.is_empty() {
            let piece = std::mem::replace(&mut held, next.split_to(next.len().min(PIECE)));
            if !piece.is_empty() {
                send(&pieces, piece, to, meter).await?;
            }
            if next.is_empty() {
                break;
            }
        }
    }
    if held.is_empty() { Ok(()) } else { send(&pieces, held, to, meter).await }
}

async fn send(pieces: &Sender<Bytes>, piece: Bytes, to: &Url, meter: &Meter) -> Result<(), Problem> {
    let length = piece.len() as u64;
    match timeout(TO_TAKE, pieces.send(piece)).await {
        Ok(Ok(())) => {
            meter.sent(length);
            Ok(())
        }
        // The request is over; its own error, which comes next, says why.
        Ok(Err(_)) => Err(problems::cut(to)),
        Err(_) => Err(problems::stalled(to)),
    }
}

/// The body of an upload: pieces as they arrive, of a known length in all.
struct Arriving {
    pieces: Receiver<Bytes>,
    left: u64,
}

/// The other side of the body went away before its end.
#[derive(Debug, Error)]
#[error("the layer was cut off at its source")]
struct CutOff;

impl Body for Arriving {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let piece = ready!(self.pieces.poll_recv(context));
        Poll::Ready(match piece {
            Some(piece) => {
                self.left = self.left.saturating_sub(piece.len() as u64);
                Some(Ok(Frame::data(piece)))
            }
            None if self.left > 0 => Some(Err(CutOff)),
            None => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
