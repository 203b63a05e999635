package dev.mneme.inference.embed;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/// The model all-MiniLM-L6-v2, quantised to int8: word pieces in, one row of [#WIDTH] numbers for each of them out. The
/// model and its vocabulary are resources on the class path; nothing is fetched.
///
/// It gets one text per run, never a batch: the int8 ranges are found at run time over the whole input, so that a
/// text's row would depend on the other texts. A run uses only the calling thread and does not spin.
///
/// **Threads**: any number may call, each running the model on its own thread; call [#close] only when nobody does any
/// more.
public final class MiniLm implements AutoCloseable {
    /// The length of a hidden state.
    public static final int WIDTH = 384;

    /// The most word pieces of one run, [CLS] and [SEP] included: `max_seq_length` of the published
    /// sentence-transformers model. Its table of positions has 512, but it was not trained to pool over so many.
    public static final int WINDOW = 256;

    private static final String MODEL = "/all-minilm-l6-v2-q.onnx";
    private static final String VOCABULARY = "/all-minilm-l6-v2-q-tokenizer.json";
    private static final long CLS = 101;
    private static final long SEP = 102;

    private final WordPieceTokenizer tokenizer;
    private final OrtEnvironment environment;
    private final OrtSession session;

    private MiniLm(WordPieceTokenizer tokenizer, OrtEnvironment environment, OrtSession session) {
        this.tokenizer = tokenizer;
        this.environment = environment;
        this.session = session;
    }

    /// Loads the model: its bytes, the native runtime and the vocabulary side by side.
    ///
    /// @throws MnemeException `internal` when a resource is missing or the native runtime does not load here
    public static MiniLm open() {
        CompletableFuture<OrtEnvironment> runtime = OnnxSessions.environment();
        CompletableFuture<WordPieceTokenizer> tokenizer = OnnxSessions.loading(MiniLm::readVocabulary);
        try {
            byte[] model = readModel();
            OrtEnvironment environment = runtime.join();
            WordPieceTokenizer pieces = tokenizer.join(); // before the session: nothing to give back if it failed
            return new MiniLm(pieces, environment, session(environment, model));
        } catch (CompletionException | UncheckedIOException | OrtException | LinkageError e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The built-in embedder cannot start on this machine.", e);
        }
    }

    private static OrtSession session(OrtEnvironment environment, byte[] model) throws OrtException {
        try (OrtSession.SessionOptions options = OnnxSessions.oneThread()) {
            return environment.createSession(model, options);
        }
    }

    private static byte[] readModel() {
        try (InputStream in = resource(MODEL)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static WordPieceTokenizer readVocabulary() {
        try (InputStream in = resource(VOCABULARY)) {
            return WordPieceTokenizer.read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) throws IOException {
        InputStream in = MiniLm.class.getResourceAsStream(name);
        if (in == null) {
            throw new IOException("no resource " + name + " on the class path");
        }
        return in;
    }

    /// The text's word pieces, however many there are.
    public Tokens tokenize(String text) {
        return tokenizer.tokenize(text);
    }

    /// The last hidden states of `[CLS] tokens[from..to) [SEP]`: `to - from + 2` rows of [#WIDTH] numbers, one after
    /// the other.
    ///
    /// @throws IllegalArgumentException for more than [#WINDOW] rows
    /// @throws MnemeException `internal` when the runtime fails
    public float[] run(Tokens tokens, int from, int to) {
        int length = to - from + 2;
        if (length < 2 || length > WINDOW) {
            throw new IllegalArgumentException("a run takes 2 to " + WINDOW + " rows, not " + length);
        }
        long[] shape = {1, length};
        try (OnnxTensor ids = OnnxTensor.createTensor(environment, LongBuffer.wrap(framed(tokens, from, to)), shape);
                OnnxTensor mask = OnnxTensor.createTensor(environment, LongBuffer.wrap(filled(length, 1)), shape);
                OnnxTensor types = OnnxTensor.createTensor(environment, LongBuffer.wrap(filled(length, 0)), shape);
                OrtSession.Result result =
                        session.run(Map.of("input_ids", ids, "attention_mask", mask, "token_type_ids", types))) {
            FloatBuffer hidden = ((OnnxTensor) result.get(0)).getFloatBuffer();
            float[] rows = new float[length * WIDTH];
            hidden.get(rows);
            return rows;
        } catch (OrtException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The built-in embedder failed on a text.", e);
        }
    }

    private static long[] framed(Tokens tokens, int from, int to) {
        long[] ids = new long[to - from + 2];
        ids[0] = CLS;
        for (int i = from; i < to; i++) {
            ids[i - from + 1] = tokens.ids()[i];
        }
        ids[ids.length - 1] = SEP;
        return ids;
    }

    private static long[] filled(int length, long value) {
        long[] values = new long[length];
        Arrays.fill(values, value);
        return values;
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new MnemeException(ErrorCode.INTERNAL, "The built-in embedder did not close.", e);
        }
    }
}
