//! Pictures as SVG: readable on white and on black, by eye and by screen reader.

use std::fmt::Write as _;

use super::evaluate::Point;

const WIDTH: f32 = 720.0;
const LEFT: f32 = 260.0;
const ROW: f32 = 26.0;
const FOR: &str = "#1a7f5a";
const AGAINST: &str = "#b3403a";
const GREY: &str = "#767676";

/// One step of a waterfall.
pub struct Bar {
    /// What it is.
    pub label: String,
    /// The sum before it.
    pub from: f32,
    /// The sum after it.
    pub to: f32,
}

fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, letter| {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Characters that XML has no room for.
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
        safe
    })
}

fn open(title: &str, height: f32) -> String {
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" font-family=\"sans-serif\" \
         font-size=\"13\"><title>{title}</title><rect width=\"100%\" height=\"100%\" fill=\"white\"/>\
         <text x=\"12\" y=\"24\" font-size=\"15\">{title}</text>"
    )
}

/// Steps that lead from nothing to a sum.
pub fn waterfall(title: &str, bars: &[Bar]) -> String {
    let (low, high) = bars
        .iter()
        .flat_map(|bar| [bar.from, bar.to])
        .fold((0f32, 1f32), |(low, high), at| (low.min(at), high.max(at)));
    let x = |at: f32| LEFT + (at - low) / (high - low) * (WIDTH - LEFT - 70.0);
    let height = 44.0 + ROW * bars.len() as f32 + 12.0;
    let mut svg = open(title, height);
    let _ = write!(
        svg,
        "<line x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"40\" y2=\"{1:.1}\" stroke=\"{GREY}\"/>",
        x(0.0),
        height - 8.0
    );
    for (at, bar) in bars.iter().enumerate() {
        let y = 44.0 + ROW * at as f32;
        let (from, to) = (x(bar.from.min(bar.to)), x(bar.from.max(bar.to)));
        let colour = if bar.to >= bar.from { FOR } else { AGAINST };
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"16\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{:+.1}</text>",
            LEFT - 8.0,
            y + 14.0,
            escape(&bar.label),
            y + 2.0,
            (to - from).max(1.0),
            to + 5.0,
            y + 14.0,
            bar.to - bar.from,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

/// Precision, recall and F1 by threshold.
pub fn curve(title: &str, points: &[Point]) -> String {
    let (top, bottom, left, right) = (44.0, 330.0, 60.0, WIDTH - 110.0);
    let step = (right - left) / (points.len().max(2) - 1) as f32;
    let y = |share: f64| bottom - share as f32 * (bottom - top);
    let mut svg = open(title, 380.0);
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let _ = write!(
            svg,
            "<line x1=\"{left}\" x2=\"{right}\" y1=\"{0:.1}\" y2=\"{0:.1}\" stroke=\"#dddddd\"/>\
             <text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\">{tenth}</text>",
            y(tenth),
            left - 8.0,
            y(tenth) + 4.0
        );
    }
    for (at, point) in points.iter().enumerate() {
        let x = left + step * at as f32;
        let _ = write!(
            svg,
            "<text x=\"{x:.1}\" y=\"350\" text-anchor=\"middle\" font-size=\"11\">{}</text>",
            point.threshold
        );
    }
    let _ = write!(svg, "<text x=\"{left}\" y=\"372\">probability from which two records are one person</text>");
    // Told apart by their dashes too, not by colour alone.
    let precision = points.iter().map(|point| point.precision).collect::<Vec<f64>>();
    let recall = points.iter().map(|point| point.recall).collect::<Vec<f64>>();
    let f1 = points.iter().map(|point| point.f1).collect::<Vec<f64>>();
    let lines =
        [("precision", "#1f5fa8", "6 3", precision), ("recall", AGAINST, "2 3", recall), ("F1", FOR, "none", f1)];
    for (row, (name, colour, dashes, values)) in lines.iter().enumerate() {
        let path: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(at, value)| format!("{:.1},{:.1}", left + step * at as f32, y(*value)))
            .collect();
        let at = top + 18.0 * row as f32 + 10.0;
        let _ = write!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
             <line x1=\"{1}\" x2=\"{2}\" y1=\"{at}\" y2=\"{at}\" stroke=\"{colour}\" stroke-width=\"2\" stroke-dasharray=\"{dashes}\"/>\
             <text x=\"{3}\" y=\"{4}\">{name}</text>",
            path.join(" "),
            right + 8.0,
            right + 36.0,
            right + 42.0,
            at + 4.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
