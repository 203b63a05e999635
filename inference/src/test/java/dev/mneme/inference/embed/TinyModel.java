package dev.mneme.inference.embed;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// ONNX models of some hundred bytes: token `t` has the row `(t + 1, 1, 0 …)`, looked up in a table, and the output is
/// these rows, their mean, or both. Written field by field as `onnx.proto` numbers them.
final class TinyModel {
    static final int TOKENS = 400;

    private static final int INT32 = 6;
    private static final int INT64 = 7;

    private final Message graph = new Message();

    /// @param input by which rows are looked up
    private TinyModel(String input, int width) {
        Message node = new Message().text(1, "table").text(1, input).text(2, "last_hidden_state");
        graph.message(1, node.text(4, "Gather"));
        graph.text(2, "tiny");
        ByteBuffer numbers = ByteBuffer.allocate(4 * TOKENS * width).order(ByteOrder.LITTLE_ENDIAN);
        for (int t = 0; t < TOKENS; t++) {
            numbers.putFloat(4 * t * width, t + 1);
            numbers.putFloat(4 * (t * width + 1), 1);
        }
        Message table = new Message().number(1, TOKENS).number(1, width).number(2, 1);
        graph.message(5, table.text(8, "table").bytes(9, numbers.array()));
    }

    /// Gives rows alone.
    static TinyModel ofRows(int width) {
        return ofRowsBy("input_ids", width);
    }

    /// Gives rows alone, that of what another input has instead of the token.
    static TinyModel ofRowsBy(String input, int width) {
        TinyModel model = new TinyModel(input, width);
        model.graph.message(12, value("last_hidden_state", 1, "batch", "length", "width"));
        return model;
    }

    /// Gives their mean alone, or that too.
    static TinyModel ofVectors(int width, boolean rowsToo) {
        TinyModel model = rowsToo ? ofRows(width) : new TinyModel("input_ids", width);
        Message axes = new Message().text(1, "axes").number(8, 1).number(20, 7);
        Message drop = new Message().text(1, "keepdims").number(3, 0).number(20, 2);
        Message mean = new Message().text(1, "last_hidden_state").text(2, "sentence_embedding");
        model.graph.message(1, mean.text(4, "ReduceMean").message(5, axes).message(5, drop));
        model.graph.message(12, value("sentence_embedding", 1, "batch", "width"));
        return model;
    }

    TinyModel takes(String... inputs) {
        for (String input : inputs) {
            graph.message(11, value(input, INT64, "batch", "length"));
        }
        return this;
    }

    TinyModel takesInt32(String input) {
        graph.message(11, value(input, INT32, "batch", "length"));
        return this;
    }

    void write(Path file) throws IOException {
        Message model = new Message().number(1, 8).message(7, graph).message(8, new Message().number(2, 13));
        Files.write(file, model.out.toByteArray());
    }

    private static Message value(String name, int type, String... dimensions) {
        Message shape = new Message();
        for (String dimension : dimensions) {
            shape.message(1, new Message().text(2, dimension));
        }
        Message tensor = new Message().number(1, type).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    private static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.out.toByteArray());
        }

        Message bytes(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            try {
                out.write(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        private void varint(long value) {
            long rest = value;
            while (rest > 0x7F) {
                out.write((int) (rest & 0x7F) | 0x80);
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }
}
