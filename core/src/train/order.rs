//! Tasks in the order of the lesson, and in the order of a network's columns.
//!
//! On the device tasks with equal heads stand side by side: *column order*, group by group. Whatever leaves a
//! population is in *task order*. This is the one place that knows the way from the one to the other.

use nalgebra::DMatrix;

/// Where each task stands among the columns, and the task of each column.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskOrder {
    /// The task in each column.
    columns: Vec<usize>,
    /// The column of each task.
    places: Vec<usize>,
}

impl TaskOrder {
    /// By the task in each column.
    pub fn new(columns: Vec<usize>) -> Self {
        let mut places = vec![0; columns.len()];
        for (column, task) in columns.iter().enumerate() {
            debug_assert!(*task < places.len(), "columns are a permutation of the tasks");
            places[*task] = column;
        }
        Self { columns, places }
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.columns.len()
    }

    /// The task in each column.
    pub fn columns(&self) -> &[usize] {
        &self.columns
    }

    /// Something of each task, in column order.
    pub fn by_column<T>(&self, of: impl Fn(usize) -> T) -> impl Iterator<Item = T> {
        self.columns.iter().map(move |task| of(*task))
    }

    /// A row in column order as one in task order; nothing of nothing, NaN for what it hasn't.
    pub fn row(&self, row: &[f32]) -> Vec<f32> {
        if row.is_empty() {
            return Vec::new();
        }
        self.places.iter().map(|column| row.get(*column).copied().unwrap_or(f32::NAN)).collect()
    }

    /// Rows in column order, one after another, as rows in task order.
    pub fn rows(&self, rows: &[f32]) -> Vec<f32> {
        rows.chunks_exact(self.tasks().max(1)).flat_map(|row| self.row(row)).collect()
    }

    /// Something of each column, in column order, as that of each task.
    pub fn of_tasks<T: Default>(&self, mut by_column: Vec<T>) -> Vec<T> {
        self.places.iter().map(|column| by_column.get_mut(*column).map(std::mem::take).unwrap_or_default()).collect()
    }

    /// As [`TaskOrder::row`], in f64.
    pub fn wide_row(&self, row: &[f32]) -> Vec<f64> {
        self.row(row).into_iter().map(f64::from).collect()
    }

    /// The first `[T, T]` of some numbers, rows and columns in column order, as a matrix in task order; `None`
    /// where there are too few.
    pub fn square(&self, numbers: &[f32]) -> Option<DMatrix<f64>> {
        let tasks = self.tasks();
        let numbers = numbers.get(..tasks * tasks)?;
        Some(self.square_of(|i, j| f64::from(numbers[i * tasks + j])))
    }

    /// A number for every two columns as a matrix in task order.
    pub fn square_of(&self, of: impl Fn(usize, usize) -> f64) -> DMatrix<f64> {
        DMatrix::from_fn(self.tasks(), self.tasks(), |i, j| of(self.places[i], self.places[j]))
    }

    /// The first `[T, columns]` of some numbers, rows in column order, as a matrix with rows in task order; `None`
    /// where there are too few.
    pub fn stacked(&self, numbers: &[f32], columns: usize) -> Option<DMatrix<f64>> {
        let numbers = numbers.get(..self.tasks() * columns)?;
        Some(DMatrix::from_fn(self.tasks(), columns, |i, j| f64::from(numbers[self.places[i] * columns + j])))
    }
}

#[cfg(test)]
mod tests {
    use super::TaskOrder;

    #[test]
    fn every_way_from_columns_to_tasks_puts_a_number_with_its_task() {
        let order = TaskOrder::new(vec![2, 0, 1]);
        assert_eq!(order.row(&[20.0, 0.0, 10.0]), [0.0, 10.0, 20.0]);
        assert_eq!(order.rows(&[20.0, 0.0, 10.0, 2.0, 0.0, 1.0]), [0.0, 10.0, 20.0, 0.0, 1.0, 2.0]);
        assert_eq!(order.by_column(|task| task).collect::<Vec<_>>(), [2, 0, 1]);
        let square = order.square(&[22.0, 20.0, 21.0, 2.0, 0.0, 1.0, 12.0, 10.0, 11.0]).unwrap();
        assert!((0..3).all(|i| (0..3).all(|j| square[(i, j)] == f64::from(10 * i as i32 + j as i32))));
        let stacked = order.stacked(&[20.0, 21.0, 0.0, 1.0, 10.0, 11.0], 2).unwrap();
        assert!((0..3).all(|i| (0..2).all(|j| stacked[(i, j)] == f64::from(10 * i as i32 + j as i32))));
    }

    #[test]
    fn what_is_missing_is_no_number() {
        let order = TaskOrder::new(vec![1, 0]);
        assert!(order.row(&[]).is_empty());
        assert!(order.row(&[1.0])[0].is_nan());
        assert!(order.square(&[1.0]).is_none());
    }
}
