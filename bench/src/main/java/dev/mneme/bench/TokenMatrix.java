package dev.mneme.bench;

import dev.mneme.core.model.TokenVectors;
import dev.mneme.inference.embed.MiniLm;
import dev.mneme.inference.embed.Tokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Makes `token-matrix.bin`, the matrix that shortens the built-in embedder's token vectors: the top 64 eigenvectors of
/// the uncentred second-moment matrix of normalised token vectors of 5,000 random WordNet glosses (seed 1).
///
/// ```
/// cat dict/data.noun dict/data.verb dict/data.adj dict/data.adv | sed -n 's/^[0-9].* | //p' > glosses.txt
/// java -cp ... dev.mneme.bench.TokenMatrix glosses.txt token-matrix.bin
/// ```
///
/// `dict` is the database folder of WordNet 3.1, whose licence permits this use; a gloss is what follows the last ` | `
/// of a data line. Another matrix is another embedding space: vectors kept under the old one cannot be scored.
public final class TokenMatrix {
    private static final int GLOSSES = 5_000;
    private static final long SEED = 1;
    private static final int WIDTH = MiniLm.WIDTH;

    private TokenMatrix() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("usage: TokenMatrix <glosses file> <output file>");
        }
        double[][] moments;
        try (MiniLm model = MiniLm.open()) {
            moments = secondMoments(model, sample(Files.readAllLines(Path.of(args[0]))));
        }
        SymmetricEigen eigen = SymmetricEigen.of(moments);
        Files.write(Path.of(args[1]), matrix(eigen));
        double kept = 0;
        for (int j = 0; j < TokenVectors.DIMENSION; j++) {
            kept += eigen.value(j);
        }
        System.out.printf("share of the second moment kept: %.4f%n", kept / eigen.trace());
    }

    private static List<String> sample(List<String> glosses) {
        List<String> shuffled = new ArrayList<>(glosses);
        Collections.shuffle(shuffled, new Random(SEED));
        return shuffled.subList(0, Math.min(GLOSSES, shuffled.size()));
    }

    private static double[][] secondMoments(MiniLm model, List<String> glosses) {
        double[][] moments = new double[WIDTH][WIDTH];
        for (String gloss : glosses) {
            Tokens tokens = model.tokenize(gloss.strip());
            int count = Math.min(tokens.count(), MiniLm.WINDOW - 2);
            float[] hidden = model.run(tokens, 0, count);
            for (int t = 1; t <= count; t++) {
                add(moments, hidden, t * WIDTH);
            }
        }
        return moments;
    }

    /// Adds the outer product of one row, normalised, with itself.
    private static void add(double[][] moments, float[] hidden, int base) {
        double squares = 0;
        for (int i = 0; i < WIDTH; i++) {
            squares += (double) hidden[base + i] * hidden[base + i];
        }
        for (int i = 0; i < WIDTH; i++) {
            double scaled = hidden[base + i] / squares;
            for (int j = 0; j < WIDTH; j++) {
                moments[i][j] += scaled * hidden[base + j];
            }
        }
    }

    private static byte[] matrix(SymmetricEigen eigen) {
        ByteBuffer bytes = ByteBuffer.allocate(WIDTH * TokenVectors.DIMENSION * Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < WIDTH; i++) {
            for (int j = 0; j < TokenVectors.DIMENSION; j++) {
                bytes.putFloat((float) eigen.component(j, i));
            }
        }
        return bytes.array();
    }
}
