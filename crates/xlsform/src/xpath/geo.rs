//! Points, lines and shapes on the earth, taken as a sphere.

use super::value::words;

/// Metres from the centre to the equator.
const EARTH_RADIUS: f64 = 6_378_100.0;

/// A point in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    latitude: f64,
    longitude: f64,
}

/// Reads a geopoint: latitude, longitude, and altitude and accuracy, which are not looked at.
pub(super) fn point(text: &str) -> Option<Point> {
    let numbers: Option<Vec<f64>> = words(text).map(|word| word.parse().ok()).collect();
    let numbers = numbers?;
    let (latitude, longitude) = match numbers.as_slice() {
        [latitude, longitude] | [latitude, longitude, _] | [latitude, longitude, _, _] => (*latitude, *longitude),
        _ => return None,
    };
    let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
    on_earth.then_some(Point { latitude, longitude })
}

/// Reads a geotrace or a geoshape: points with semicolons between.
pub(super) fn points(text: &str) -> Option<Vec<Point>> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    let points: Option<Vec<Point>> = parts.map(point).collect();
    points.filter(|points| !points.is_empty())
}

/// Whether a text is a geopoint.
pub(crate) fn is_geopoint(text: &str) -> bool {
    point(text).is_some()
}

/// Whether a text is a geotrace or a geoshape.
pub(crate) fn is_geotrace(text: &str) -> bool {
    points(text).is_some()
}

fn to_hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// Square metres within a closed line, to the hundredth.
///
/// Chamberlain and Duquette, *Some algorithms for polygons on a sphere* (JPL 2007).
pub(super) fn area(points: &[Point]) -> f64 {
    if points.len() < 3 {
        return 0.0;
    }
    let ends = points.iter().cycle().skip(1);
    let total: f64 = points
        .iter()
        .zip(ends)
        .map(|(a, b)| {
            let sines = 2.0 + a.latitude.to_radians().sin() + b.latitude.to_radians().sin();
            (b.longitude - a.longitude).to_radians() * sines
        })
        .sum();
    to_hundredths((total * EARTH_RADIUS * EARTH_RADIUS / 2.0).abs())
}

/// Metres along a line, to the hundredth.
pub(super) fn distance(points: &[Point]) -> f64 {
    let legs = points.iter().zip(points.iter().skip(1));
    to_hundredths(legs.map(|(a, b)| leg(*a, *b)).sum())
}

/// Metres from one point to another by the spherical law of cosines.
fn leg(a: Point, b: Point) -> f64 {
    if a == b {
        return 0.0;
    }
    let (from, to) = (a.latitude.to_radians(), b.latitude.to_radians());
    let turn = (b.longitude - a.longitude).to_radians();
    let cosine = from.sin() * to.sin() + from.cos() * to.cos() * turn.cos();
    cosine.clamp(-1.0, 1.0).acos() * EARTH_RADIUS
}

/// Whether a point lies within a closed shape: a ray to the east crosses its edges an odd number of times.
pub(super) fn within(point: Point, shape: &[Point]) -> bool {
    if shape.len() < 4 || shape.first() != shape.last() {
        return false;
    }
    let ends = shape.iter().cycle().skip(1);
    let crossed = shape.iter().zip(ends).filter(|(a, b)| {
        let spans = (a.latitude > point.latitude) != (b.latitude > point.latitude);
        let share = (point.latitude - a.latitude) / (b.latitude - a.latitude);
        spans && point.longitude < a.longitude + share * (b.longitude - a.longitude)
    });
    crossed.count() % 2 == 1
}

/// Whether a line crosses itself. The end of a shape that meets its beginning does not count.
pub(super) fn crosses_itself(line: &[Point]) -> bool {
    let edges: Vec<(Point, Point)> = line.iter().copied().zip(line.iter().copied().skip(1)).collect();
    let closed = line.first() == line.last();
    edges.iter().enumerate().any(|(i, first)| {
        edges.iter().enumerate().skip(i + 2).any(|(j, second)| {
            let neighbours = closed && i == 0 && j + 1 == edges.len();
            !neighbours && cross(*first, *second)
        })
    })
}

fn cross((a, b): (Point, Point), (c, d): (Point, Point)) -> bool {
    let side = |p: Point, q: Point, r: Point| {
        (q.longitude - p.longitude) * (r.latitude - p.latitude)
            - (q.latitude - p.latitude) * (r.longitude - p.longitude)
    };
    let beside = |p: Point, q: Point, r: Point| {
        (p.longitude.min(q.longitude)..=p.longitude.max(q.longitude)).contains(&r.longitude)
            && (p.latitude.min(q.latitude)..=p.latitude.max(q.latitude)).contains(&r.latitude)
    };
    let (c_side, d_side) = (side(a, b, c), side(a, b, d));
    let (a_side, b_side) = (side(c, d, a), side(c, d, b));
    let proper = c_side * d_side < 0.0 && a_side * b_side < 0.0;
    proper
        || (c_side == 0.0 && beside(a, b, c))
        || (d_side == 0.0 && beside(a, b, d))
        || (a_side == 0.0 && beside(c, d, a))
        || (b_side == 0.0 && beside(c, d, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_of_longitude_on_the_equator_is_111_kilometres() {
        let line = points("0 10 0 0; 0 11 0 0").unwrap();
        assert_eq!(distance(&line), to_hundredths(EARTH_RADIUS.mul_add(1f64.to_radians(), 0.0)));
        assert_eq!(area(&line), 0.0);
    }

    #[test]
    fn a_shelter_lies_in_its_town_and_the_next_does_not() {
        let town = points("4 -74; 4 -73; 5 -73; 5 -74; 4 -74").unwrap();
        assert!(within(point("4.6 -73.5 2600 5").unwrap(), &town));
        assert!(!within(point("6.2 -75.5").unwrap(), &town));
        assert!(!crosses_itself(&town));
        assert!(crosses_itself(&points("0 0; 1 1; 1 0; 0 1").unwrap()));
    }

    #[test]
    fn what_is_no_point_on_earth_is_none() {
        for no in ["", "1", "91 0", "0 181", "a b", "1 2 3 4 5"] {
            assert_eq!(point(no), None, "{no}");
        }
    }
}
