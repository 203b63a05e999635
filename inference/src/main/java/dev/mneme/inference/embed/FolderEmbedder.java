package dev.mneme.inference.embed;

import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Passages;
import dev.mneme.core.model.Passages.Passage;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.Windows.Window;
import dev.mneme.inference.embed.Workers.Place;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicBoolean;

/// A model of the operator's own, from a folder ([ModelFolder]). It runs in process as the built-in one does: on worker
/// threads, one window of a long text per turn, at most [#MAX_WINDOWS] of them.
///
/// Its space is `onnx:` and the folder's fingerprint. Another model, tokenizer, pooling, prefix or length is another
/// space, and everything is embedded anew.
///
/// There are no token vectors, since the matrix that makes them small belongs to the built-in model. So a memory is
/// scored only by its words and its vector.
///
/// **Long texts** have a vector for each of their [Passages], made as if the passage were alone; the normalised mean of
/// those is the text's own vector. Other texts that are longer than a run, that is, a query or a passage, are cut into
/// windows, each with its own special tokens and prefix; the vector is the normalised mean of the windows' vectors.
public final class FolderEmbedder implements Embedder {
    /// The most windows of one text that are run; if there are more passages than that, one for each passage.
    public static final int MAX_WINDOWS = 64;

    /// A run with fewer tokens of text is useless.
    private static final int LEAST_WINDOW = 8;

    private final ModelFolder folder;
    private final FolderModel model;
    private final RustTokenizer tokenizer;
    private final Workers workers;
    private final EmbeddingSpace space;
    private final AtomicBoolean closed = new AtomicBoolean();

    /// The operator's settings.
    ///
    /// @param pooling empty to take the folder's
    /// @param queryPrefix empty to take the folder's
    /// @param passagePrefix empty to take the folder's
    /// @param maxTokens 0 to take the folder's, and no more than 512
    /// @param dimension the expected length of the model's vectors; 0 to accept any
    /// @param runs how many texts run at once, and how many wait
    public record Config(
            Path folder,
            Optional<Pooling> pooling,
            Optional<String> queryPrefix,
            Optional<String> passagePrefix,
            int maxTokens,
            int dimension,
            OnnxEmbedder.Config runs) {
        /// The settings of the folder alone.
        public static Config of(Path folder) {
            return new Config(
                    folder, Optional.empty(), Optional.empty(), Optional.empty(), 0, 0, OnnxEmbedder.Config.DEFAULTS);
        }
    }

    private FolderEmbedder(
            ModelFolder folder, FolderModel model, RustTokenizer tokenizer, Workers workers, EmbeddingSpace space) {
        this.folder = folder;
        this.model = model;
        this.tokenizer = tokenizer;
        this.workers = workers;
        this.space = space;
    }

    /// Loads the model, embeds a first text, and meanwhile computes the folder's fingerprint.
    ///
    /// @throws MnemeException `invalid_request` when folder or settings cannot be used; the message says what to do
    public static FolderEmbedder open(Config config) {
        ModelFolder folder = ModelFolder.read(config);
        CompletableFuture<String> fingerprint = OnnxSessions.loading(folder::fingerprint);
        RustTokenizer tokenizer = tokenizer(folder);
        try {
            FolderModel model = FolderModel.open(folder.model(), folder.pooling());
            try {
                int dimension = dimension(folder, model, tokenizer, config.dimension());
                EmbeddingSpace space = new EmbeddingSpace("onnx:" + joined(fingerprint), dimension);
                Workers workers = Workers.of(config.runs());
                return new FolderEmbedder(folder, model, tokenizer, workers, space);
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        } catch (RuntimeException e) {
            tokenizer.close();
            throw e;
        }
    }

    private static String joined(CompletableFuture<String> fingerprint) {
        try {
            return fingerprint.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof MnemeException cause ? cause : e;
        }
    }

    private static RustTokenizer tokenizer(ModelFolder folder) {
        Path file = folder.folder().resolve(ModelFolder.TOKENIZER);
        try {
            return RustTokenizer.read(folder.tokenizer());
        } catch (IllegalArgumentException e) {
            throw ModelFolder.invalid(file + " is no tokenizer that can be used: " + e.getMessage(), e);
        } catch (LinkageError | IllegalStateException e) {
            throw ModelFolder.invalid(
                    "the tokenizer's native library does not load on this machine (there is one for Linux and Windows"
                            + " on x86-64, Linux on ARM, and Macs with an ARM processor; it is unpacked into ~/.djl.ai,"
                            + " or where ENGINE_CACHE_DIR says).",
                    e);
        }
    }

    /// The length of the model's vectors, once it is certain that the model works as it was set up.
    private static int dimension(ModelFolder folder, FolderModel model, RustTokenizer tokenizer, int expected) {
        requireRoom(folder, tokenizer, folder.queryPrefix());
        requireRoom(folder, tokenizer, folder.passagePrefix());
        int dimension = longest(folder, model, tokenizer).length;
        ModelFolder.require(
                dimension >= 1 && dimension <= EmbeddingSpace.MAX_DIMENSION,
                "the model's vectors have " + dimension + " numbers, and " + EmbeddingSpace.MAX_DIMENSION
                        + " is the most that can be stored: take another model.");
        ModelFolder.require(
                expected == 0 || expected == dimension,
                "the model's vectors have " + dimension + " numbers, not the " + expected
                        + " of embedder.dimension: set that to 0, or take another model.");
        return dimension;
    }

    private static void requireRoom(ModelFolder folder, RustTokenizer tokenizer, String prefix) {
        ModelFolder.require(
                room(folder, tokenizer, tokenizer.tokenize(prefix).count()) >= LEAST_WINDOW,
                "with " + folder.maxTokens() + " tokens of a run there is no room for a text beside the prefix '"
                        + prefix + "': set embedder.maxTokens higher, or a shorter prefix.");
    }

    /// Makes a run of full length, so that a model that takes fewer tokens fails now, and not at the first long text.
    private static float[] longest(ModelFolder folder, FolderModel model, RustTokenizer tokenizer) {
        int[] ids = new int[folder.maxTokens()];
        Arrays.fill(ids, tokenizer.tokenize("a").ids()[0]);
        try {
            return model.run(ids);
        } catch (MnemeException e) {
            throw ModelFolder.invalid(
                    "the model fails on " + ids.length + " tokens: set embedder.maxTokens to what it was made for. "
                            + (e.getCause() == null ? "" : e.getCause().getMessage()),
                    e);
        }
    }

    private static int room(ModelFolder folder, RustTokenizer tokenizer, int prefix) {
        return folder.maxTokens() - tokenizer.before().length - tokenizer.after().length - prefix;
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    @Override
    public Embedding embed(String text, Demand demand) {
        List<Passage> passages = Passages.of(text);
        try (Place place = workers.admit(demand)) {
            return passages.size() > 1 ? embed(place, text, passages) : whole(place, folder.passagePrefix(), text);
        }
    }

    @Override
    public QueryEmbedding embedQuery(String query, Demand demand) {
        try (Place place = workers.admit(demand)) {
            return new QueryEmbedding(whole(place, folder.queryPrefix(), query), List.of());
        }
    }

    @Override
    public Queue queue(Demand.Purpose purpose) {
        return workers.queue(purpose);
    }

    private Embedding whole(Place place, String prefix, String text) {
        return new Embedding(space, vector(place, prefix, text, MAX_WINDOWS), null);
    }

    private Embedding embed(Place place, String text, List<Passage> passages) {
        float[] vectors = new float[passages.size() * space.dimension()];
        int share = Math.max(1, MAX_WINDOWS / passages.size());
        for (int p = 0; p < passages.size(); p++) {
            String part =
                    text.substring(passages.get(p).start(), passages.get(p).end());
            float[] vector = vector(place, folder.passagePrefix(), part, share);
            System.arraycopy(vector, 0, vectors, p * vector.length, vector.length);
        }
        return new Embedding(
                space,
                UnitVectors.meanDirection(vectors, space.dimension()),
                null,
                PassageVectors.of(space.dimension(), vectors));
    }

    /// @param most how many windows are run at most
    private float[] vector(Place place, String prefix, String text, int most) {
        List<int[]> runs = place.run(1 + text.length() / OnnxEmbedder.SHORT, () -> runs(prefix, text, most));
        float[] vectors = new float[runs.size() * space.dimension()];
        for (int r = 0; r < runs.size(); r++) {
            int[] ids = runs.get(r);
            float[] vector = place.run(ids.length, () -> model.run(ids));
            System.arraycopy(vector, 0, vectors, r * space.dimension(), space.dimension());
        }
        return runs.size() == 1 ? vectors : UnitVectors.meanDirection(vectors, space.dimension());
    }

    /// The tokens of each run. Prefix and text are cut together, as the model was trained; tokens that end within the
    /// prefix precede each window.
    private List<int[]> runs(String prefix, String text, int most) {
        Tokens tokens = tokenizer.tokenize(prefix + text);
        int told = prefix.codePointCount(0, prefix.length());
        int first = 0;
        while (first < tokens.count() && tokens.ends()[first] <= told) {
            first++;
        }
        List<int[]> runs = new ArrayList<>();
        int room = Math.max(1, room(folder, tokenizer, first));
        for (Window window : Windows.of(tokens.count() - first, room, most)) {
            runs.add(joined(tokens, first, first + window.from(), first + window.to()));
        }
        return runs;
    }

    private int[] joined(Tokens tokens, int prefix, int from, int to) {
        int[] before = tokenizer.before();
        int[] after = tokenizer.after();
        int length = before.length + prefix + to - from + after.length;
        if (length == 0) {
            return new int[1]; // nothing at all, of which a model makes no vector: its first token, whatever that is
        }
        int[] ids = new int[length];
        System.arraycopy(before, 0, ids, 0, before.length);
        System.arraycopy(tokens.ids(), 0, ids, before.length, prefix);
        System.arraycopy(tokens.ids(), from, ids, before.length + prefix, to - from);
        System.arraycopy(after, 0, ids, ids.length - after.length, after.length);
        return ids;
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
            tokenizer.close();
        }
    }
}
