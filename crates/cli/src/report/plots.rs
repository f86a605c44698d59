//! The plots of the HTML report as inline SVG, in colours that read on light and on dark ground.

use plotters::coord::Shift;
use plotters::prelude::*;

use super::{RunRecord, utc};

const SIZE: (u32, u32) = (940, 320);
const BLUE: RGBColor = RGBColor(58, 134, 214);
const ORANGE: RGBColor = RGBColor(224, 123, 32);
const GREEN: RGBColor = RGBColor(48, 150, 92);
const RED: RGBColor = RGBColor(214, 69, 69);
const GRAY: RGBColor = RGBColor(128, 128, 128);

type Failed = Box<dyn std::error::Error>;
/// Points of one line.
type Line = Vec<(f64, f64)>;

/// One plot and what stands above and below it.
pub struct Plot {
    pub title: &'static str,
    pub svg: String,
    pub caption: &'static str,
}

/// All plots of a run, in order.
pub fn plots(run: &RunRecord) -> Result<Vec<Plot>, Failed> {
    let series = |value: fn(&super::Point) -> f64| -> Line {
        run.points.iter().map(|point| (hours(run, point.time_ms), value(point))).collect()
    };
    Ok(vec![
        Plot {
            title: "Price",
            svg: price(run)?,
            caption: "Market (in the colour of the text), the oracle's mid (blue) and its low-high band. Gray ground: congestion.",
        },
        Plot {
            title: "Bad debt: this ledger and the 2020 design",
            svg: lines(
                run,
                &[
                    ("this ledger", BLUE, series(|point| point.bad_debt)),
                    ("2020 design (model)", RED, series(|point| point.bad_debt_2020)),
                ],
            )?,
            caption: "Debt that no collateral and nobody's capital covers, booked so far, in the stable asset.",
        },
        Plot {
            title: "Debt in vaults and in auctions",
            svg: lines(
                run,
                &[
                    ("debt of vaults", BLUE, series(|point| point.debt)),
                    ("debt in auctions", ORANGE, series(|point| point.debt_auctioned)),
                ],
            )?,
            caption: "In the stable asset.",
        },
        Plot {
            title: "Open lots and unsafe vaults",
            svg: lines(
                run,
                &[
                    ("lots open", ORANGE, series(|point| point.lots_open as f64)),
                    ("vaults below health 1 at block end", RED, series(|point| point.vaults_unsafe as f64)),
                ],
            )?,
            caption: "Unsafe vaults wait for the throughput bound of a window: worst first.",
        },
        Plot {
            title: "Backstop",
            svg: lines(
                run,
                &[
                    ("stability pool", GREEN, series(|point| point.pool)),
                    ("surplus buffer", ORANGE, series(|point| point.surplus)),
                ],
            )?,
            caption: "In the stable asset.",
        },
        Plot {
            title: "How long auctions took",
            svg: durations(run)?,
            caption: "Minutes, one dot per auction at the hour it began; the dot grows with the debt. Green: it raised \
                      the debt. Orange: the backstop paid the rest. Red: bad debt.",
        },
    ])
}

fn hours(run: &RunRecord, time_ms: u64) -> f64 {
    let start = run.points.first().map_or(time_ms, |point| point.time_ms);
    time_ms.saturating_sub(start) as f64 / 3_600_000.0
}

fn span(run: &RunRecord) -> f64 {
    run.points.last().map_or(1.0, |point| hours(run, point.time_ms)).max(0.1)
}

/// Draws with `draw` into an SVG text.
fn drawn(draw: impl FnOnce(&DrawingArea<SVGBackend<'_>, Shift>) -> Result<(), Failed>) -> Result<String, Failed> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        draw(&area)?;
        area.present()?;
    }
    Ok(svg)
}

fn price(run: &RunRecord) -> Result<String, Failed> {
    let quoted = || run.points.iter().filter(|point| point.mid > 0.0);
    let all = || run.points.iter().map(|point| point.market).chain(quoted().flat_map(|point| [point.low, point.high]));
    // An axis without end would never be drawn, so a run without prices gets one from 0 to 1.
    let most = all().fold(0.0, f64::max);
    let (least, most) = if most > 0.0 { (all().fold(f64::INFINITY, f64::min), most) } else { (0.0, 1.0) };
    drawn(|area| {
        let mut chart = chart(area, run, (least * 0.97)..(most * 1.03))?;
        let mut band: Line = quoted().map(|point| (hours(run, point.time_ms), point.high)).collect();
        band.extend(quoted().rev().map(|point| (hours(run, point.time_ms), point.low)));
        chart.draw_series(std::iter::once(Polygon::new(band, BLUE.mix(0.25))))?;
        let mid = quoted().map(|point| (hours(run, point.time_ms), point.mid));
        chart.draw_series(LineSeries::new(mid, BLUE.stroke_width(1)))?;
        let market = run.points.iter().map(|point| (hours(run, point.time_ms), point.market));
        chart.draw_series(LineSeries::new(market, INK.stroke_width(1)))?;
        Ok(())
    })
}

/// Drawn as this gray and given the colour of the text by the page's style.
const INK: RGBColor = RGBColor(127, 127, 127);

fn lines(run: &RunRecord, series: &[(&str, RGBColor, Line)]) -> Result<String, Failed> {
    let most = series.iter().flat_map(|(_, _, line)| line).map(|(_, y)| *y).fold(0.0, f64::max);
    drawn(|area| {
        let mut chart = chart(area, run, 0.0..(most * 1.06).max(1.0))?;
        for (name, colour, line) in series {
            let colour = *colour;
            chart
                .draw_series(LineSeries::new(line.iter().copied(), colour.stroke_width(2)))?
                .label(*name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperLeft)
            .label_font(("sans-serif", 13).into_font().color(&GRAY))
            .draw()?;
        Ok(())
    })
}

fn durations(run: &RunRecord) -> Result<String, Failed> {
    let largest = run.auctions.iter().map(|row| row.debt).fold(1.0, f64::max);
    let end_ms = run.points.last().map_or(0, |point| point.time_ms);
    let minutes =
        |row: &super::AuctionRow| row.closed_ms.unwrap_or(end_ms).saturating_sub(row.opened_ms) as f64 / 60_000.0;
    let longest = run.auctions.iter().map(minutes).fold(10.0, f64::max);
    drawn(|area| {
        let mut chart = chart(area, run, 0.0..longest * 1.1)?;
        let dots = run.auctions.iter().filter(|row| row.debt > 0.0).map(|row| {
            let radius = 2 + (6.0 * (row.debt / largest).sqrt()) as i32;
            let colour = if row.bad_debt > 0.0 {
                RED
            } else if row.covered > 0.0 {
                ORANGE
            } else {
                GREEN
            };
            Circle::new((hours(run, row.opened_ms), minutes(row)), radius, colour.mix(0.45).filled())
        });
        chart.draw_series(dots)?;
        Ok(())
    })
}

type Chart<'a, 'b> = ChartContext<
    'a,
    SVGBackend<'b>,
    Cartesian2d<plotters::coord::types::RangedCoordf64, plotters::coord::types::RangedCoordf64>,
>;

/// Axes, light grid, and gray ground where it was congested.
fn chart<'a, 'b>(
    area: &'a DrawingArea<SVGBackend<'b>, Shift>,
    run: &RunRecord,
    y: std::ops::Range<f64>,
) -> Result<Chart<'a, 'b>, Failed> {
    let (bottom, top) = (y.start, y.end);
    let mut chart = ChartBuilder::on(area)
        .margin(10)
        .x_label_area_size(28)
        .y_label_area_size(84)
        .build_cartesian_2d(0.0..span(run), y)?;
    let start = run.points.first().map_or(0, |point| point.time_ms);
    let clock = |hour: &f64| utc(start + (hour * 3_600_000.0).round() as u64)[5..].to_owned();
    let plain = |value: &f64| super::grouped_or_small(*value);
    let faint = GRAY.mix(0.25);
    chart
        .configure_mesh()
        .x_labels(8)
        .y_labels(6)
        .x_label_formatter(&clock)
        .y_label_formatter(&plain)
        .light_line_style(TRANSPARENT)
        .bold_line_style(faint)
        .axis_style(GRAY)
        .label_style(("sans-serif", 13).into_font().color(&GRAY))
        .draw()?;
    let half = run.block_interval_s as f64 / 7_200.0;
    let jammed = run.points.iter().filter(|point| point.congested).map(|point| {
        let at = hours(run, point.time_ms);
        Rectangle::new([((at - half).max(0.0), bottom), (at + half, top)], GRAY.mix(0.15).filled())
    });
    chart.draw_series(jammed)?;
    Ok(chart)
}
