package dev.mneme.inference.embed;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// An embedding model of somebody else's, run by onnxruntime: token ids in, one vector of length 1 out. Besides
/// `input_ids` it may take `attention_mask`, `token_type_ids` and `position_ids`, as 64-bit or 32-bit numbers. It may
/// return a row for each token, or the text's vector (`sentence_embedding`), or both.
///
/// It gets one text per run, as [MiniLm] does, since quantised models give other results in batches.
///
/// **Threads**: any number may call, each running the model on its own thread; call [#close] only when nobody does any
/// more.
final class FolderModel implements AutoCloseable {
    private static final String SENTENCE = "sentence_embedding";
    private static final List<String> ROWS = List.of("last_hidden_state", "token_embeddings");
    private static final Set<String> KNOWN = Set.of("input_ids", "attention_mask", "token_type_ids", "position_ids");

    private final OrtEnvironment environment;
    private final OrtSession session;
    private final Map<String, OnnxJavaType> inputs = new HashMap<>();
    private final String output;
    private final @Nullable Pooling pooling;

    private FolderModel(OrtEnvironment environment, OrtSession session, @Nullable Pooling asked) throws OrtException {
        this.environment = environment;
        this.session = session;
        for (NodeInfo input : session.getInputInfo().values()) {
            inputs.put(input.getName(), typeOf(input));
        }
        ModelFolder.require(inputs.containsKey("input_ids"), "the model takes no input_ids: is it one for texts?");
        Map<String, NodeInfo> outputs = session.getOutputInfo();
        String rows = rows(outputs);
        String vector = vector(outputs);
        boolean pooled = vector != null && (rows == null || asked == null);
        ModelFolder.require(
                !(pooled && rows == null && asked != null),
                "the model gives whole vectors alone, which are pooled already: leave out embedder.pooling.");
        String chosen = pooled ? vector : rows;
        if (chosen == null) {
            throw ModelFolder.invalid(
                    "the model gives " + outputs.keySet() + ", none of which is a row of numbers for each token or for"
                            + " the text: export it for feature extraction.",
                    null);
        }
        output = chosen;
        pooling = pooled ? null : asked == null ? Pooling.MEAN : asked;
    }

    private static OnnxJavaType typeOf(NodeInfo input) {
        ModelFolder.require(
                KNOWN.contains(input.getName()),
                "the model takes " + input.getName() + ", which is not known here: export it for feature extraction,"
                        + " with input_ids, attention_mask and perhaps token_type_ids.");
        OnnxJavaType type = input.getInfo() instanceof TensorInfo tensor ? tensor.type : OnnxJavaType.UNKNOWN;
        ModelFolder.require(
                type == OnnxJavaType.INT64 || type == OnnxJavaType.INT32,
                "the model takes " + input.getName() + " as " + type + " instead of whole numbers.");
        return type;
    }

    private static @Nullable String rows(Map<String, NodeInfo> outputs) {
        return ROWS.stream()
                .filter(name -> rank(outputs.get(name)) == 3)
                .findFirst()
                .orElseGet(() -> first(outputs, 3));
    }

    private static @Nullable String vector(Map<String, NodeInfo> outputs) {
        return rank(outputs.get(SENTENCE)) == 2 ? SENTENCE : first(outputs, 2);
    }

    /// The first, in the order of the model.
    private static @Nullable String first(Map<String, NodeInfo> outputs, int rank) {
        return outputs.values().stream()
                .filter(node -> rank(node) == rank)
                .map(NodeInfo::getName)
                .findFirst()
                .orElse(null);
    }

    private static int rank(@Nullable NodeInfo node) {
        if (node == null || !(node.getInfo() instanceof TensorInfo tensor)) {
            return 0;
        }
        boolean numbers = tensor.type == OnnxJavaType.FLOAT || tensor.type == OnnxJavaType.FLOAT16;
        return numbers ? tensor.getShape().length : 0;
    }

    /// @throws MnemeException `invalid_request` when the model cannot be used; the message says why
    static FolderModel open(Path model, @Nullable Pooling pooling) {
        OrtEnvironment environment = environment();
        try (OrtSession.SessionOptions options = OnnxSessions.oneThread()) {
            OrtSession session = environment.createSession(model.toString(), options);
            try {
                return new FolderModel(environment, session, pooling);
            } catch (RuntimeException | OrtException e) {
                session.close();
                throw e;
            }
        } catch (OrtException e) {
            throw ModelFolder.invalid(model + " is no model that onnxruntime can run: " + e.getMessage(), e);
        }
    }

    private static OrtEnvironment environment() {
        try {
            return OnnxSessions.environment().join();
        } catch (CompletionException e) {
            throw ModelFolder.invalid("onnxruntime does not load on this machine: " + e.getMessage(), e);
        }
    }

    /// The vector of a text with these tokens, which include the special ones.
    ///
    /// @throws MnemeException `internal` when the runtime fails
    float[] run(int[] ids) {
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (Map.Entry<String, OnnxJavaType> input : inputs.entrySet()) {
                tensors.put(input.getKey(), tensor(input.getValue(), ids.length, values(input.getKey(), ids)));
            }
            try (OrtSession.Result result = session.run(tensors, Set.of(output))) {
                return pooled((OnnxTensor) result.get(0));
            }
        } catch (OrtException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The embedding model failed on a text.", e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static IntUnaryOperator values(String input, int[] ids) {
        return switch (input) {
            case "input_ids" -> at -> ids[at];
            case "attention_mask" -> at -> 1;
            case "position_ids" -> at -> at;
            default -> at -> 0;
        };
    }

    private OnnxTensor tensor(OnnxJavaType type, int length, IntUnaryOperator values) throws OrtException {
        long[] shape = {1, length};
        IntStream numbers = IntStream.range(0, length).map(values);
        return type == OnnxJavaType.INT64
                ? OnnxTensor.createTensor(
                        environment, LongBuffer.wrap(numbers.asLongStream().toArray()), shape)
                : OnnxTensor.createTensor(environment, IntBuffer.wrap(numbers.toArray()), shape);
    }

    private float[] pooled(OnnxTensor tensor) {
        long[] shape = tensor.getInfo().getShape();
        FloatBuffer numbers = tensor.getFloatBuffer();
        float[] rows = new float[numbers.remaining()];
        numbers.get(rows);
        if (pooling != null) {
            return pooling.pool(rows, Math.toIntExact(shape[shape.length - 1]));
        }
        UnitVectors.normalise(rows);
        return rows;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The embedding model did not close.", e);
        }
    }
}
