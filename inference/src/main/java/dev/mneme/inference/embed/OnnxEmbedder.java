package dev.mneme.inference.embed;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Passages;
import dev.mneme.core.model.Passages.Passage;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.model.QueryEmbedding.Span;
import dev.mneme.core.model.TokenVectors;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.Windows.Window;
import dev.mneme.inference.embed.Workers.Place;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/// The built-in embedder: all-MiniLM-L6-v2, quantised, run in process without a network or a key.
///
/// A text's vector is the normalised mean of the last hidden states, including those of [CLS] and [SEP]. Its token
/// vectors are the hidden states without those two, in the form that [TokenProjection] makes. Both come from the same
/// run.
///
/// From a query's vector, what is common to questions of its kind is subtracted: see [QuestionStyles].
///
/// **Long texts** have a vector for each of their [Passages], made by a run of its own as if the passage were alone.
/// That takes about as long as running the text in full windows. The text's vector is the normalised mean of those
/// vectors, and their token vectors follow one another.
///
/// Other texts that are longer than 254 word pieces, that is, a query or a passage, are cut into windows of nearly
/// equal size. Their vector is the normalised mean of the windows' vectors, whose token vectors follow one another. At
/// most [#MAX_WINDOWS] windows are run, which covers 16,256 word pieces and takes at most some 1.3 s of one worker; of
/// a longer text, that many windows are taken at equal distances. At most [#MAX_TOKEN_ROWS] token vectors are kept, the
/// first ones.
///
/// **Threads**: any number may call, virtual ones too. The model runs on `workers` platform threads of its own, one
/// text each, in the order of [Workers]. A window or a passage is one turn, whose cost is its word pieces, so that a
/// long text keeps nobody waiting for longer than one run. One more thread runs only queries, so that no query waits
/// for a run of another text; the operating system takes its time from the other threads.
///
/// **Failures**: `overloaded` for a tenant that has too many callers waiting, or after [#close]; `internal` when the
/// native runtime fails.
public final class OnnxEmbedder implements Embedder {
    /// The space of its vectors.
    public static final EmbeddingSpace SPACE = new EmbeddingSpace("all-minilm-l6-v2-q", MiniLm.WIDTH);

    /// The most windows of one text that are run.
    public static final int MAX_WINDOWS = 64;

    /// The most token vectors of one text.
    public static final int MAX_TOKEN_ROWS = 1024;

    private static final int WINDOW_TOKENS = MiniLm.WINDOW - 2;

    /// So many characters are cut into word pieces in a fraction of a millisecond.
    static final int SHORT = 4_096;

    private final MiniLm model;
    private final TokenProjection projection;
    private final QuestionStyles styles = QuestionStyles.load();
    private final Workers workers;
    private final AtomicBoolean closed = new AtomicBoolean();

    private OnnxEmbedder(MiniLm model, TokenProjection projection, Workers workers) {
        this.model = model;
        this.projection = projection;
        this.workers = workers;
    }

    /// How many texts are embedded at once, and how many more callers may wait for each purpose.
    ///
    /// @param maxWaitingOfKey how many of those may be of one key; 0 for half of them
    public record Config(int workers, int maxWaiting, int maxWaitingOfKey) {
        /// A worker for each core.
        public static final Config DEFAULTS = new Config(cores(), 1_024);

        /// As many as this process may use, up to the most workers that there can be.
        public static int cores() {
            return Math.min(256, Runtime.getRuntime().availableProcessors());
        }

        public Config {
            if (workers < 1 || workers > 256) {
                throw new IllegalArgumentException("embedder.workers must be 1 to 256, was " + workers);
            }
            if (maxWaiting < 0 || maxWaiting > 1_000_000) {
                throw new IllegalArgumentException("embedder.queue must be 0 to 1000000, was " + maxWaiting);
            }
            if (maxWaitingOfKey < 0) {
                throw new IllegalArgumentException("embedder.queuePerKey must be at least 0, was " + maxWaitingOfKey);
            }
        }

        /// Half of those who wait for one key.
        public Config(int workers, int maxWaiting) {
            this(workers, maxWaiting, 0);
        }
    }

    /// Loads the model, which takes some tenths of a second.
    ///
    /// @throws dev.mneme.core.model.MnemeException `internal` when it does not load on this machine
    public static OnnxEmbedder open(Config config) {
        TokenProjection projection = TokenProjection.load();
        return new OnnxEmbedder(MiniLm.open(), projection, Workers.of(config));
    }

    @Override
    public EmbeddingSpace space() {
        return SPACE;
    }

    /// Embeds any text. One without a word piece (empty, blank) has the vector of [CLS] and [SEP] and no token rows.
    @Override
    public Embedding embed(String text, Demand demand) {
        List<Passage> passages = Passages.of(text);
        try (Place place = workers.admit(demand)) {
            return passages.size() > 1 ? embed(place, text, passages) : whole(place, text);
        }
    }

    private Embedding whole(Place place, String text) {
        Tokens tokens = tokenize(place, text);
        return embed(place, tokens, windows(tokens));
    }

    private Embedding embed(Place place, String text, List<Passage> passages) {
        List<Embedding> parts = new ArrayList<>(passages.size());
        int windowsLeft = Math.max(MAX_WINDOWS, 2 * passages.size());
        for (Passage passage : passages) {
            Tokens tokens = tokenize(place, text.substring(passage.start(), passage.end()));
            int share = Math.max(1, windowsLeft / (passages.size() - parts.size()));
            List<Window> windows = Windows.of(tokens.count(), WINDOW_TOKENS, share);
            windowsLeft -= windows.size();
            parts.add(embed(place, tokens, windows));
        }
        return joined(parts);
    }

    private static Embedding joined(List<Embedding> parts) {
        float[] vectors = new float[parts.size() * MiniLm.WIDTH];
        ByteArrayOutputStream tokens = new ByteArrayOutputStream();
        for (int p = 0; p < parts.size(); p++) {
            System.arraycopy(parts.get(p).vector(), 0, vectors, p * MiniLm.WIDTH, MiniLm.WIDTH);
            TokenVectors rows = Objects.requireNonNull(parts.get(p).tokens());
            int room = MAX_TOKEN_ROWS * TokenVectors.DIMENSION - tokens.size();
            tokens.write(rows.rows(), 0, Math.min(room, rows.rows().length));
        }
        return new Embedding(
                SPACE,
                UnitVectors.meanDirection(vectors, MiniLm.WIDTH),
                new TokenVectors(tokens.toByteArray()),
                PassageVectors.of(MiniLm.WIDTH, vectors));
    }

    @Override
    public QueryEmbedding embedQuery(String query, Demand demand) {
        try (Place place = workers.admit(demand)) {
            Tokens tokens = tokenize(place, query);
            List<Window> windows = windows(tokens);
            Embedding plain = embed(place, tokens, windows);
            Embedding embedding = new Embedding(SPACE, styles.takenOff(plain.vector()), plain.tokens());
            return new QueryEmbedding(embedding, spans(tokens, windows));
        }
    }

    /// Cutting a long text takes milliseconds. It is done on a worker, which the operating system can interrupt, and
    /// not on the caller's carrier, which it would hold.
    private Tokens tokenize(Place place, String text) {
        return text.length() <= SHORT
                ? model.tokenize(text)
                : place.run(text.length() / SHORT, () -> model.tokenize(text));
    }

    @Override
    public Queue queue(Demand.Purpose purpose) {
        return workers.queue(purpose);
    }

    private static List<Window> windows(Tokens tokens) {
        return Windows.of(tokens.count(), WINDOW_TOKENS, MAX_WINDOWS);
    }

    private Embedding embed(Place place, Tokens tokens, List<Window> windows) {
        float[] vectors = new float[windows.size() * MiniLm.WIDTH];
        byte[] rows = new byte[keptRows(windows) * TokenVectors.DIMENSION];
        int kept = 0;
        for (int w = 0; w < windows.size(); w++) {
            int at = w;
            int from = kept;
            int length = windows.get(w).to() - windows.get(w).from();
            kept = place.run(length + 2L, () -> {
                float[] hidden = model.run(
                        tokens, windows.get(at).from(), windows.get(at).to());
                System.arraycopy(
                        UnitVectors.meanDirection(hidden, MiniLm.WIDTH), 0, vectors, at * MiniLm.WIDTH, MiniLm.WIDTH);
                return keep(hidden, rows, from);
            });
        }
        float[] vector = windows.size() == 1 ? vectors : UnitVectors.meanDirection(vectors, MiniLm.WIDTH);
        return new Embedding(SPACE, vector, new TokenVectors(rows));
    }

    private int keep(float[] hidden, byte[] rows, int kept) {
        int tokens = hidden.length / MiniLm.WIDTH - 2;
        int count = Math.min(tokens, rows.length / TokenVectors.DIMENSION - kept);
        for (int t = 0; t < count; t++) {
            projection.project(hidden, t + 1, rows, kept + t);
        }
        return kept + count;
    }

    private static int keptRows(List<Window> windows) {
        int tokens = windows.stream().mapToInt(w -> w.to() - w.from()).sum();
        return Math.min(tokens, MAX_TOKEN_ROWS);
    }

    private static List<Span> spans(Tokens tokens, List<Window> windows) {
        List<Span> spans = new ArrayList<>();
        for (Window window : windows) {
            for (int t = window.from(); t < window.to() && spans.size() < MAX_TOKEN_ROWS; t++) {
                spans.add(new Span(tokens.starts()[t], tokens.ends()[t]));
            }
        }
        return spans;
    }

    @Override
    public int parallelism() {
        return workers.count();
    }

    @Override
    public boolean remote() {
        return false;
    }

    /// Returns once no text is being embedded any more; the native memory is then freed.
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            workers.close();
            model.close();
        }
    }
}
