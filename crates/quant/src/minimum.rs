//! The least value of a function of several variables, by the simplex of Nelder and Mead (1965), started again where it
//! stopped until that no longer helps.

/// The best point found from `start` with first steps of `size` and at most `calls` calls.
pub(crate) fn minimum(start: &[f64], size: f64, calls: usize, f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut best = start.to_vec();
    let mut value = f(&best);
    let mut left = calls;
    for restart in 0..8 {
        let step = size / f64::from(1 << restart.min(4));
        let (point, found, used) = simplex(&best, step, left, &f);
        left = left.saturating_sub(used);
        let gained = value - found;
        if found < value {
            (best, value) = (point, found);
        }
        if left == 0 || gained <= 1e-12 * value.abs() {
            break;
        }
    }
    best
}

fn simplex(start: &[f64], size: f64, calls: usize, f: &impl Fn(&[f64]) -> f64) -> (Vec<f64>, f64, usize) {
    let n = start.len();
    let mut points: Vec<(f64, Vec<f64>)> = (0..=n)
        .map(|i| {
            let mut point = start.to_vec();
            if let Some(x) = i.checked_sub(1).and_then(|at| point.get_mut(at)) {
                *x += size;
            }
            (f(&point), point)
        })
        .collect();
    let mut used = n + 1;
    while used < calls {
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (least, most) = (points[0].0, points[n].0);
        if (most - least).abs() <= 1e-15 * (least.abs() + 1e-300) {
            break;
        }
        let centre: Vec<f64> =
            (0..n).map(|i| points.iter().take(n).map(|(_, point)| point[i]).sum::<f64>() / n as f64).collect();
        let along = |by: f64| -> Vec<f64> {
            centre.iter().zip(&points[n].1).map(|(centre, worst)| centre + by * (worst - centre)).collect()
        };
        let mirrored = along(-1.0);
        let value = f(&mirrored);
        used += 1;
        let next = if value < least {
            let further = along(-2.0);
            let beyond = f(&further);
            used += 1;
            if beyond < value { Some((beyond, further)) } else { Some((value, mirrored)) }
        } else if value < points[n - 1].0 {
            Some((value, mirrored))
        } else {
            let (by, bar) = if value < most { (-0.5, value) } else { (0.5, most) };
            let nearer = along(by);
            let close = f(&nearer);
            used += 1;
            (close < bar).then_some((close, nearer))
        };
        match next {
            Some(point) => points[n] = point,
            None => {
                let best = points[0].1.clone();
                for (value, point) in points.iter_mut().skip(1) {
                    for (x, best) in point.iter_mut().zip(&best) {
                        *x = best + 0.5 * (*x - best);
                    }
                    *value = f(point);
                }
                used += n;
            }
        }
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (value, point) = points.swap_remove(0);
    (point, value, used)
}
