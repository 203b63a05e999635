package dev.mneme.bench;

import java.util.Comparator;
import java.util.stream.IntStream;

/// The eigenvalues and eigenvectors of a real symmetric matrix, the largest value first, by cyclic Jacobi rotations
/// (Golub and Van Loan, Matrix Computations, §8.5). Each vector's largest component is positive, so that the result
/// is one and the same for every run.
final class SymmetricEigen {
    private static final int MAX_SWEEPS = 100;
    private static final double TOLERANCE = 1e-12;

    private final double[] values;
    private final double[][] vectors;

    private SymmetricEigen(double[] values, double[][] vectors) {
        this.values = values;
        this.vectors = vectors;
    }

    static SymmetricEigen of(double[][] symmetric) {
        int n = symmetric.length;
        double[][] a = new double[n][];
        double[][] v = new double[n][n]; // row k becomes the k-th eigenvector
        for (int i = 0; i < n; i++) {
            a[i] = symmetric[i].clone();
            v[i][i] = 1;
        }
        for (int sweep = 0; offDiagonal(a) > TOLERANCE * trace(a); sweep++) {
            if (sweep == MAX_SWEEPS) {
                throw new IllegalStateException("no convergence after " + MAX_SWEEPS + " sweeps");
            }
            for (int p = 0; p < n; p++) {
                for (int q = p + 1; q < n; q++) {
                    rotate(a, v, p, q);
                }
            }
        }
        return sorted(a, v);
    }

    private static double offDiagonal(double[][] a) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < i; j++) {
                sum += 2 * a[i][j] * a[i][j];
            }
        }
        return Math.sqrt(sum);
    }

    private static double trace(double[][] a) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i][i]).sum();
    }

    /// The rotation in the plane of p and q that makes their off-diagonal element zero.
    private static void rotate(double[][] a, double[][] v, int p, int q) {
        if (a[p][q] == 0) {
            return;
        }
        double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        double c = 1 / Math.sqrt(1 + t * t);
        double s = t * c;
        turn(a[p], a[q], c, s);
        for (double[] row : a) {
            double x = row[p];
            double y = row[q];
            row[p] = c * x - s * y;
            row[q] = s * x + c * y;
        }
        turn(v[p], v[q], c, s);
    }

    private static void turn(double[] p, double[] q, double c, double s) {
        for (int i = 0; i < p.length; i++) {
            double x = p[i];
            double y = q[i];
            p[i] = c * x - s * y;
            q[i] = s * x + c * y;
        }
    }

    private static SymmetricEigen sorted(double[][] a, double[][] v) {
        int[] order = IntStream.range(0, a.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> a[i][i]).reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[order.length];
        double[][] vectors = new double[order.length][];
        for (int k = 0; k < order.length; k++) {
            values[k] = a[order[k]][order[k]];
            vectors[k] = signed(v[order[k]]);
        }
        return new SymmetricEigen(values, vectors);
    }

    private static double[] signed(double[] vector) {
        double largest = 0;
        for (double x : vector) {
            largest = Math.abs(x) > Math.abs(largest) ? x : largest;
        }
        double sign = Math.signum(largest);
        return IntStream.range(0, vector.length)
                .mapToDouble(i -> sign * vector[i])
                .toArray();
    }

    double value(int k) {
        return values[k];
    }

    double component(int k, int i) {
        return vectors[k][i];
    }

    double trace() {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
