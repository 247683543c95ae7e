//! Balancers racing down landscapes: their ways over the parameters and over the losses.

use super::draw::{Chart, ChartView};
use super::panel::{Panel, Table, TableTwin};
use super::text::{DASH, short, six};
use crate::charts::palette::{self, hex};
use crate::charts::{Area, Drawn, RaceChart, RaceHeat, RaceTrack, Theme};
use crate::page::panels::table::{PanelLine, Place};
use crate::page::state::{Page, RaceState};
use leptos::prelude::*;
use mtl_core::lesson::lessons;
use mtl_core::protocol::{RacePoint, RacerStart};
use plotters_backend::DrawingBackend;

/// Methods with a colour where there are more than the palette has.
const NAMED: [&str; 6] = ["mean", "mgda", "pcgrad", "cagrad", "nash-mtl", "famo"];

#[derive(Clone, Copy)]
struct LandscapeView(Page);

/// What is drawn of a racer at a recorded point.
type Part = fn(&RacePoint) -> &[f32];

fn pairs(numbers: &[f32]) -> impl Iterator<Item = (f64, f64)> {
    numbers.chunks_exact(2).map(|pair| (f64::from(pair[0]), f64::from(pair[1])))
}

fn pair(numbers: &[f32], k: usize) -> Option<(f64, f64)> {
    numbers.get(2 * k..).and_then(|rest| pairs(rest).next())
}

impl RaceState {
    /// The methods, each once, in their order.
    fn methods(&self) -> Vec<&RacerStart> {
        let mut methods: Vec<&RacerStart> = Vec::new();
        for racer in &self.start.racers {
            if !methods.iter().any(|method| method.key == racer.key) {
                methods.push(racer);
            }
        }
        methods
    }

    /// The methods that have a colour of their own, with its number in the palette.
    fn styled(&self) -> Vec<(usize, &RacerStart)> {
        let methods = self.methods();
        let few = methods.len() <= NAMED.len() + 2;
        let has = |method: &&RacerStart| few || NAMED.contains(&method.key.as_str());
        methods.into_iter().filter(has).take(NAMED.len()).enumerate().collect()
    }

    /// The ways of one landscape's racers, the chosen ones last.
    fn tracks(&self, scene: usize, chosen: &str, part: Part) -> Vec<RaceTrack> {
        let styled = self.styled();
        let track = |(k, racer): (usize, &RacerStart)| RaceTrack {
            points: self.points.iter().chain([&self.news.now]).filter_map(|point| pair(part(point), k)).collect(),
            style: styled.iter().find(|(_, method)| method.key == racer.key).map(|(style, _)| *style),
            chosen: racer.key == chosen,
        };
        let racers = self.start.racers.iter().enumerate().filter(|(_, racer)| racer.scene == scene);
        let mut tracks: Vec<_> = racers.map(track).collect();
        tracks.sort_by_key(|track| (track.chosen, track.style.is_some()));
        tracks
    }

    fn arrived(&self, k: usize) -> Option<u32> {
        self.news.arrived.get(k).copied().flatten()
    }

    /// How it went, for the chosen method or, on fronts, for all.
    fn words(&self, chosen: &str) -> String {
        if self.start.scenes.iter().any(|scene| scene.hypervolume.is_some()) {
            let scene = |(k, scene): (usize, &mtl_core::protocol::SceneStart)| {
                let of = |method: &&RacerStart| {
                    let at = self.start.racers.iter().position(|r| r.scene == k && r.key == method.key)?;
                    Some(format!("{} {}", method.label, short(*self.news.hypervolumes.get(at)?)))
                };
                let all: Vec<_> = self.methods().iter().filter_map(of).collect();
                let whole = scene.hypervolume.map_or(DASH.into(), |whole| six(whole as f32));
                format!("{}: hypervolume {whole}; found by {}", scene.title, all.join(", "))
            };
            return self.start.scenes.iter().enumerate().map(scene).collect::<Vec<_>>().join(". ");
        }
        let own: Vec<usize> = (0..self.start.racers.len()).filter(|k| self.start.racers[*k].key == chosen).collect();
        let there = own.iter().filter(|k| self.arrived(**k).is_some()).count();
        let name = own.first().map_or(chosen, |k| &self.start.racers[*k].label);
        format!("{name} has arrived from {there} of {} starts", own.len())
    }

    fn table(&self) -> Table {
        let row = |(k, racer): (usize, &RacerStart)| {
            let state = match self.arrived(k) {
                Some(step) => format!("arrived at step {step}"),
                None if self.news.now.step >= self.start.steps => "stuck".into(),
                None => "on its way".into(),
            };
            let title = self.start.scenes.get(racer.scene).map_or("", |scene| &scene.title);
            let [a, b] = racer.place.map(|x| short(f64::from(x)));
            let losses = pair(&self.news.now.losses, k).unwrap_or((f64::NAN, f64::NAN));
            vec![
                racer.label.clone(),
                title.into(),
                format!("{a}, {b}"),
                state,
                six(losses.0 as f32),
                six(losses.1 as f32),
            ]
        };
        Table {
            head: ["method", "landscape", "start or preference", "state", "loss 1", "loss 2"]
                .map(String::from)
                .to_vec(),
            rows: self.start.racers.iter().enumerate().map(row).collect(),
        }
    }
}

impl LandscapeView {
    /// The method to look at: the lesson's balancer, or equal weights where none goes by its key.
    fn chosen(&self, race: &RaceState) -> String {
        let picked = self.0.lesson.with(|lesson| lesson.balancer.method.clone());
        if race.start.racers.iter().any(|racer| racer.key == picked) { picked } else { NAMED[0].into() }
    }

    fn read<T>(&self, read: impl FnOnce(&RaceState, &str) -> T) -> T {
        self.0.race.with_value(|race| read(race, &self.chosen(race)))
    }
}

impl Chart for LandscapeView {
    const NAME: &'static str = "landscape-chart";
    const TITLE: &'static str = "Landscape";

    fn track(&self) {
        self.0.curves_version.track();
        self.0.lesson.track();
    }

    /// Two planes side by side: parameters and losses, or the losses of two landscapes.
    fn draw<DB: DrawingBackend>(&self, area: &Area<DB>, theme: Theme) -> Drawn<DB> {
        let wide = area.dim_in_pixel().0 > area.dim_in_pixel().1;
        let areas = area.split_evenly(if wide { (1, 2) } else { (2, 1) });
        untrack(|| {
            self.read(|race, chosen| {
                let of_x = |scene: &mtl_core::protocol::SceneStart| !scene.heat.is_empty();
                let planes = race.start.scenes.iter().enumerate().flat_map(|(k, scene)| {
                    of_x(scene).then_some((k, scene, true)).into_iter().chain([(k, scene, false)])
                });
                for (area, (k, scene, of_x)) in areas.iter().zip(planes) {
                    let best: Vec<_> = pairs(if of_x { &scene.set } else { &scene.front }).collect();
                    let extent = f64::from(scene.extent);
                    let heat = of_x.then_some(RaceHeat { values: &scene.heat, side: scene.side, extent });
                    let y_name = if of_x { "parameter 2".into() } else { format!("{}: loss 2", scene.title) };
                    let x_name = if of_x { "parameter 1" } else { "loss 1" };
                    let tracks = race.tracks(k, chosen, if of_x { |p| &p.x } else { |p| &p.losses });
                    RaceChart { x_name, y_name: &y_name, heat, best: &best, tracks: &tracks, theme }.draw(area)?;
                }
                Ok(())
            })
        })
    }

    fn label(&self) -> String {
        self.read(|race, chosen| format!("{} after {} steps", race.words(chosen), race.news.now.step))
    }
}

/// The line of the table.
pub(in crate::page) const PANEL: PanelLine = PanelLine {
    key: "landscape",
    title: "Landscape",
    term: "landscape",
    panel: Some(lessons::Panel::Landscape),
    place: Place::Stage,
    view: || view! { <LandscapePanel/> }.into_any(),
};

/// The race, its key, and how it stands.
#[component]
pub fn LandscapePanel() -> impl IntoView {
    let page = Page::get();
    let view = LandscapeView(page);
    let words = move || {
        page.curves_version.track();
        view.read(|race, chosen| race.words(chosen))
    };
    let methods = Memo::new(move |_| {
        page.curves_version.track();
        page.race.with_value(|race| {
            race.styled().into_iter().map(|(style, method)| (style, method.label.clone())).collect::<Vec<_>>()
        })
    });
    let key = move || {
        let mark = |(style, label): (usize, String)| {
            let style = palette::task(style);
            let outline = style.shape.path_data((8.0, 8.0), 5.5);
            let colour = hex(style.colour(page.dark.get()));
            view! {
                <span class="task-mark">
                    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d=outline fill=colour/></svg>
                    {label}
                </span>
            }
        };
        methods.get().into_iter().map(mark).collect_view()
    };
    let table = Callback::new(move |()| page.race.with_value(RaceState::table));
    let twin = view! { <span data-testid="landscape-table"><TableTwin caption="Every racer" table=table/></span> };
    view! {
        <div class="place place-landscape" data-testid="landscape">
            <Panel of=PANEL tools=twin.into_any()>
                <ChartView chart=view>
                    <span class="small race-key">{key}</span>
                </ChartView>
                <p class="small">{words}</p>
            </Panel>
        </div>
    }
    .into_any()
}
