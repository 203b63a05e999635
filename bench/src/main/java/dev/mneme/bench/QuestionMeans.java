package dev.mneme.bench;

import dev.mneme.inference.embed.OnnxEmbedder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Makes `question-styles.bin`: for each list of questions here, the mean of their vectors.
///
/// ```
/// java -cp ... dev.mneme.bench.QuestionMeans question-styles.bin
/// ```
///
/// The questions are about all sorts of things, so that their mean is how one asks, not what about. They were written
/// for this and belong to no set that is measured.
public final class QuestionMeans {
    private static final List<String> LISTS = List.of("questions-for-advice.txt", "questions-for-facts.txt");

    private QuestionMeans() {}

    public static void main(String[] args) throws IOException {
        if (args.length != 1) {
            throw new IllegalArgumentException("usage: QuestionMeans <output file>");
        }
        try (OnnxEmbedder embedder = OnnxEmbedder.open(OnnxEmbedder.Config.DEFAULTS)) {
            int width = OnnxEmbedder.SPACE.dimension();
            ByteBuffer bytes =
                    ByteBuffer.allocate(LISTS.size() * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (String list : LISTS) {
                for (double x : mean(embedder, lines(list), width)) {
                    bytes.putFloat((float) x);
                }
            }
            Files.write(Path.of(args[0]), bytes.array());
        }
    }

    private static double[] mean(OnnxEmbedder embedder, List<String> questions, int width) {
        double[] mean = new double[width];
        for (String question : questions) {
            float[] vector = embedder.embed(question).vector(); // as a text: a query's has its style taken off
            for (int i = 0; i < width; i++) {
                mean[i] += vector[i] / questions.size();
            }
        }
        return mean;
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = QuestionMeans.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("no resource " + resource + " on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
