//! Overlays of a new answer: their sources are fetched once the size of the answer is known, and
//! become layers of it before its own pixels are decoded.
//!
//! All headers are read, and all plans made, before a pixel is. What goes wrong is told by the
//! parameter that gives the overlay.

use std::cell::OnceCell;

use http::HeaderMap;

use crate::config::Config;
use crate::deadline::Deadline;
use crate::error::Error;
use crate::lettering;
use crate::origin::{self, Download};
use crate::platform::Platform;
use crate::request::Request;
use crate::shares::{Need, Permits, Waits, reserve};
use crate::url::{Asked, Source};
use letterbox_engine::transform::MOST_OVERLAYS;
use letterbox_engine::{self as engine, LayerPlan, Lettering, Limits, Pipeline, Size};

/// Opens a source, with the rules, limits and deadline of the request.
pub(crate) async fn open<'p, P: Platform>(
    platform: &'p P,
    config: &Config,
    request: &Request,
    source: &Source,
    deadline: &mut Deadline,
) -> Result<Download<'p, P>, origin::Error> {
    let timeouts = &config.timeouts;
    match source {
        Source::Absolute(url) => {
            let (rules, keys, asker) = (&config.rules, &config.credentials, request.asker());
            origin::open(platform, rules, keys, timeouts, deadline, &asker, url).await
        }
        Source::OnOrigin(path) => origin::open_bound(platform, timeouts, deadline, path).await,
    }
}

/// Overlay whose header has been read.
struct Opened<'o, P: Platform> {
    param: &'static str,
    download: Download<'o, P>,
    pipeline: Pipeline<'o>,
    plan: LayerPlan,
}

/// Overlays of one answer.
pub(crate) struct Overlays<'o, P: Platform> {
    pub(crate) platform: &'o P,
    pub(crate) config: &'o Config,
    pub(crate) request: &'o Request,
    pub(crate) asked: &'o Asked,
    /// Header fields of every hop's answer, by overlay.
    pub(crate) headers: Vec<Vec<HeaderMap>>,
}

impl<P: Platform> Overlays<'_, P> {
    /// Lays the overlays over an answer whose size is known now. Returns the milliseconds of
    /// decoding.
    pub(crate) async fn lay(
        &mut self,
        canvas: Size,
        answer: &mut Pipeline<'_>,
        shares: &mut Permits,
        waits: &mut Waits,
        deadline: &mut Deadline,
    ) -> Result<f64, Error> {
        let platform = self.platform;
        let held = answer.held_bytes();
        let limits: [OnceCell<Limits>; MOST_OVERLAYS] = [const { OnceCell::new() }; MOST_OVERLAYS];
        let (mut opened, mut room) = (Vec::new(), self.config.limits.memory_bytes);
        room = room.saturating_sub(held);
        for ((param, overlay, source), limits) in self.asked.laid_over().zip(&limits) {
            let limits = limits.get_or_init(|| Limits {
                memory_bytes: room,
                ..self.config.limits
            });
            let dpr = self.asked.transform.dpr;
            let pipeline = Pipeline::of_overlay(*overlay, canvas, dpr, limits);
            let pipeline = pipeline.with_guests(platform.guests());
            let head = self.head(pipeline, source, deadline).await;
            let (download, pipeline) = head.map_err(|error| error.of_overlay(param))?;
            let plan = pipeline.layer_plan();
            let plan = plan.ok_or_else(|| {
                Error::from(engine::Error::Internal("a layer has no plan".to_owned()))
            })?;
            self.headers.push(download.headers.clone());
            room = room.saturating_sub(plan.bytes);
            opened.push(Opened {
                param,
                download,
                pipeline,
                plan,
            });
        }
        let heads: u64 = opened.iter().map(|o| o.pipeline.held_bytes()).sum();
        let font = self.font(held + heads, shares, waits, deadline).await?;
        let lettering = lettering::letter(self.asked, &font, canvas)?;
        let words = lettering.iter().flat_map(Lettering::plans);
        let plans = opened.iter().map(|overlay| overlay.plan);
        answer.plan_layers(plans.chain(words).collect())?;
        waits.waiting_ms += reserve(platform, shares, Need::of(answer), deadline).await?;
        if !answer.shows_layers() {
            return Ok(0.0);
        }
        let (mut layers, mut decoding_ms) = (Vec::new(), 0.0);
        let mut beside = heads + held + font.capacity() as u64;
        for overlay in opened {
            let Opened {
                param,
                mut download,
                mut pipeline,
                ..
            } = overlay;
            beside = beside.saturating_sub(pipeline.held_bytes());
            let rest = async {
                loop {
                    let need = Need::of(&pipeline).beside(beside);
                    waits.waiting_ms += reserve(platform, shares, need, deadline).await?;
                    let Some(chunk) = download.next(deadline).await? else {
                        break;
                    };
                    let pushed = platform.now_ms();
                    pipeline.push(&chunk)?;
                    decoding_ms += platform.now_ms() - pushed;
                }
                pipeline.end()?;
                let need = Need::of(&pipeline).beside(beside);
                waits.waiting_ms += reserve(platform, shares, need, deadline).await?;
                let began = platform.now_ms();
                let layer = pipeline.into_layer(&|| platform.now_ms())?;
                decoding_ms += platform.now_ms() - began;
                Ok::<_, Error>(layer)
            };
            let layer = rest.await.map_err(|error| error.of_overlay(param))?;
            beside += layer.plan().bytes;
            layers.push(layer);
        }
        if let Some(lettering) = lettering {
            let need = lettering::need(&lettering, canvas, self.config, beside)?;
            waits.waiting_ms += reserve(platform, shares, need, deadline).await?;
            layers.extend(lettering.draw()?);
        }
        answer.lay(layers);
        Ok(decoding_ms)
    }

    /// Returns the font of the words; nothing where there are none. A font that is fetched has its
    /// parameter's name on what goes wrong.
    async fn font(
        &mut self,
        held: u64,
        shares: &mut Permits,
        waits: &mut Waits,
        deadline: &mut Deadline,
    ) -> Result<Vec<u8>, Error> {
        if self.asked.words.is_none() {
            return Ok(Vec::new());
        }
        let Some(source) = &self.asked.font else {
            let font = self.platform.font();
            return font.ok_or_else(|| engine::Error::OutOfMemory.into());
        };
        let opened = open(self.platform, self.config, self.request, source, deadline).await;
        let download = opened.map_err(|error| Error::from(error).of_overlay("txtfont"))?;
        self.headers.push(download.headers.clone());
        let font = lettering::read(download, self.platform, held, shares, waits, deadline).await;
        font.map_err(|error| error.of_overlay("txtfont"))
    }

    /// Reads an overlay's header.
    async fn head<'o>(
        &self,
        mut pipeline: Pipeline<'o>,
        source: &Source,
        deadline: &mut Deadline,
    ) -> Result<(Download<'o, P>, Pipeline<'o>), Error>
    where
        Self: 'o,
    {
        let (config, request) = (self.config, self.request);
        let mut download = open(self.platform, config, request, source, deadline).await?;
        pipeline.promise(download.length().unwrap_or(0))?;
        while pipeline.layer_plan().is_none() {
            match download.next(deadline).await? {
                Some(chunk) => pipeline.push(&chunk)?,
                None => {
                    pipeline.end()?;
                    break;
                }
            }
        }
        match pipeline.layer_plan() {
            Some(_) => Ok((download, pipeline)),
            None => Err(engine::Error::Corrupt("the file breaks off in its header").into()),
        }
    }
}
