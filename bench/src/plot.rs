//! The curves as SVG.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;

/// One system's cost by the number of messages under way.
pub(crate) struct Curve {
    pub(crate) name: &'static str,
    pub(crate) points: Vec<(usize, f64)>,
}

/// Draws them all, on two logarithmic axes.
pub(crate) fn draw(file: &Path, receivers: usize, curves: &[Curve]) -> Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    drawn(file, receivers, curves).map_err(|error| anyhow!("drawing {}: {error}", file.display()))
}

fn drawn(file: &Path, receivers: usize, curves: &[Curve]) -> Result<(), Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let most = points().map(|(outstanding, _)| *outstanding as f64).fold(1.0, f64::max);
    let costs = points().map(|(_, cost)| *cost);
    let (least, dearest) = costs.fold((f64::MAX, 0.0), |(low, high), cost| (low.min(cost), f64::max(high, cost)));
    let area = SVGBackend::new(file, (760, 480)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(format!("CPU of the server per delivery to {receivers} receivers"), ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(56)
        .build_cartesian_2d((1.0..most * 1.1).log_scale(), (least * 0.8..dearest * 1.3).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("messages under way")
        .y_desc("µs")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y}"))
        .light_line_style(WHITE)
        .draw()?;
    for (index, curve) in curves.iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        let points = curve.points.iter().map(|(outstanding, cost)| (*outstanding as f64, *cost));
        chart
            .draw_series(LineSeries::new(points, colour.stroke_width(2)).point_size(3))?
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart.configure_series_labels().position(SeriesLabelPosition::LowerLeft).border_style(BLACK.mix(0.2)).draw()?;
    area.present()?;
    Ok(())
}
