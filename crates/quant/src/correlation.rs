//! Covariance from few observations, drawn toward a simple shape: Ledoit and Wolf, A well-conditioned estimator for
//! large-dimensional covariance matrices (Journal of Multivariate Analysis 88, 2004).

use crate::QuantError;

/// A covariance matrix, row by row, and how far it was drawn toward equal variances without correlation.
#[derive(Clone, Debug, PartialEq)]
pub struct Shrunk {
    /// The matrix.
    pub covariance: Vec<Vec<f64>>,
    /// From zero (the sample) to one (the shape).
    pub intensity: f64,
}

impl Shrunk {
    /// From observations, one row of returns each.
    ///
    /// # Errors
    /// [`QuantError::Contradiction`] for fewer than two rows, rows of different length, or what is not finite.
    pub fn of(rows: &[Vec<f64>]) -> Result<Shrunk, QuantError> {
        let width = rows.first().map_or(0, Vec::len);
        let good = rows.iter().all(|row| row.len() == width && row.iter().all(|x| x.is_finite()));
        if rows.len() < 2 || width == 0 || !good {
            return Err(QuantError::Contradiction("observations of equal length are needed"));
        }
        let (n, p) = (rows.len() as f64, width as f64);
        let means: Vec<f64> = (0..width).map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / n).collect();
        let centred: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().zip(&means).map(|(x, mean)| x - mean).collect()).collect();
        let entry = |i: usize, j: usize| centred.iter().map(|row| row[i] * row[j]).sum::<f64>() / n;
        let sample: Vec<Vec<f64>> = (0..width).map(|i| (0..width).map(|j| entry(i, j)).collect()).collect();
        let level = (0..width).map(|i| sample[i][i]).sum::<f64>() / p;
        let shape = |i: usize, j: usize| if i == j { level } else { 0.0 };
        let pairs = || (0..width).flat_map(|i| (0..width).map(move |j| (i, j)));
        let away = pairs().map(|(i, j)| (sample[i][j] - shape(i, j)).powi(2)).sum::<f64>() / p;
        let noise = centred
            .iter()
            .map(|row| pairs().map(|(i, j)| (row[i] * row[j] - sample[i][j]).powi(2)).sum::<f64>() / p)
            .sum::<f64>()
            / (n * n);
        let intensity = if away > 0.0 { (noise / away).min(1.0) } else { 1.0 };
        let drawn = |i: usize, j: usize| intensity * shape(i, j) + (1.0 - intensity) * sample[i][j];
        let covariance = (0..width).map(|i| (0..width).map(|j| drawn(i, j)).collect()).collect();
        Ok(Shrunk { covariance, intensity })
    }

    /// The correlation of two; none where one does not move.
    pub fn correlation(&self, i: usize, j: usize) -> Option<f64> {
        let at = |i: usize, j: usize| self.covariance.get(i).and_then(|row| row.get(j)).copied();
        let correlation = at(i, j)? / (at(i, i)? * at(j, j)?).sqrt();
        correlation.is_finite().then_some(correlation)
    }
}
