//! A small linear programme over the simplex.

use nalgebra::{DMatrix, DVector};

/// Pivots at most; Bland's rule never goes in circles but rounding might.
const PIVOTS: usize = 2000;

/// Below this, a number of a problem of size one is zero.
const TINY: f64 = 1e-10;

/// `argmax value . x` over the simplex with `rows x >= least`, `[K]`, by the two-phase simplex method
/// with Bland's rule; `None` where nothing is admitted. `rows` is `[R, K]`, all of a size near one.
pub fn maximise(value: &DVector<f64>, rows: &DMatrix<f64>, least: &[f64]) -> Option<DVector<f64>> {
    let mut tableau = Tableau::new(rows, least);
    let first = |column: usize| if column >= tableau.real { -1.0 } else { 0.0 };
    let costs: Vec<f64> = (0..tableau.columns()).map(first).collect();
    tableau.improve(&costs, tableau.columns())?;
    if tableau.value(&costs) < -1e-9 {
        return None;
    }
    let costs: Vec<f64> = (0..tableau.columns()).map(|column| value.get(column).copied().unwrap_or(0.0)).collect();
    tableau.improve(&costs, tableau.real)?;
    Some(tableau.solution(value.len()))
}

/// Rows `cells x = right` with a basic variable each. Columns: the unknowns, a surplus a row, an
/// artificial variable a row.
struct Tableau {
    cells: DMatrix<f64>,
    right: Vec<f64>,
    basis: Vec<usize>,
    /// Columns that are no artificial ones.
    real: usize,
}

impl Tableau {
    fn new(rows: &DMatrix<f64>, least: &[f64]) -> Self {
        let (count, unknowns) = rows.shape();
        let real = unknowns + count;
        let cell = |row: usize, column: usize| {
            let sign = if row < count && least[row] <= 0.0 { -1.0 } else { 1.0 };
            match column {
                _ if column >= real => f64::from(column - real == row),
                _ if row == count => f64::from(column < unknowns),
                _ if column < unknowns => sign * rows[(row, column)],
                _ => -sign * f64::from(column - unknowns == row),
            }
        };
        let cells = DMatrix::from_fn(count + 1, real + count + 1, cell);
        let right = least.iter().map(|least| least.abs()).chain([1.0]).collect();
        // A row that holds at zero begins with its surplus, the others with their artificial variable.
        let start = |row: usize| if row < count && least[row] <= 0.0 { unknowns + row } else { real + row };
        Self { cells, right, basis: (0..=count).map(start).collect(), real }
    }

    fn columns(&self) -> usize {
        self.cells.ncols()
    }

    fn value(&self, costs: &[f64]) -> f64 {
        self.basis.iter().zip(&self.right).map(|(column, right)| costs[*column] * right).sum()
    }

    /// Pivots among the first `open` columns until no column makes the value larger.
    fn improve(&mut self, costs: &[f64], open: usize) -> Option<()> {
        for _ in 0..PIVOTS {
            let gain = |column: usize| {
                let basic: f64 =
                    self.basis.iter().enumerate().map(|(row, b)| costs[*b] * self.cells[(row, column)]).sum();
                costs[column] - basic
            };
            let Some(entering) = (0..open).find(|column| gain(*column) > TINY) else { return Some(()) };
            let leaving = self.leaving(entering, open)?;
            self.pivot(leaving, entering);
        }
        None
    }

    /// The row of the basic variable that is the first to hit zero, the lowest column among equals.
    fn leaving(&self, entering: usize, open: usize) -> Option<usize> {
        let ratio = |row: usize| {
            let cell = self.cells[(row, entering)];
            // An artificial variable that is still basic in the second phase is zero and must stay so.
            let stuck = self.basis[row] >= open && cell.abs() > TINY && self.right[row] <= TINY;
            if stuck { Some(0.0) } else { (cell > TINY).then(|| self.right[row] / cell) }
        };
        let bounded = (0..self.right.len()).filter_map(|row| Some((ratio(row)?, self.basis[row], row)));
        bounded.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))).map(|(_, _, row)| row)
    }

    fn pivot(&mut self, leaving: usize, entering: usize) {
        let divisor = self.cells[(leaving, entering)];
        for column in 0..self.columns() {
            self.cells[(leaving, column)] /= divisor;
        }
        self.right[leaving] /= divisor;
        for row in (0..self.right.len()).filter(|row| *row != leaving) {
            let factor = self.cells[(row, entering)];
            for column in 0..self.columns() {
                self.cells[(row, column)] -= factor * self.cells[(leaving, column)];
            }
            self.right[row] = (self.right[row] - factor * self.right[leaving]).max(0.0);
        }
        self.basis[leaving] = entering;
    }

    /// The unknowns, made a point of the simplex to the last digit.
    fn solution(&self, unknowns: usize) -> DVector<f64> {
        let mut point = DVector::zeros(unknowns);
        for (column, right) in self.basis.iter().zip(&self.right).filter(|(column, _)| **column < unknowns) {
            point[*column] = right.max(0.0);
        }
        let sum = point.sum();
        if sum > 0.0 { point / sum } else { DVector::from_element(unknowns, 1.0 / unknowns as f64) }
    }
}
