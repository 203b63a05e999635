package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.PassageVectors;
import dev.mneme.core.model.Passages;
import dev.mneme.core.model.Passages.Passage;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.Windows.Window;
import dev.mneme.inference.embed.Workers.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The common part of embedders behind HTTP: requests, windows, passages, and checks of the answers. There are no token
/// vectors.
///
/// **Long texts** have a vector for each of their [Passages], several of which share a request; the normalised mean of
/// those is the text's own vector. Other texts that are longer than `windowCharacters`, that is, a query or a passage,
/// are cut into parts of nearly equal length, at most [#MAX_WINDOWS] of them, and get the normalised mean of the parts'
/// vectors.
///
/// **Not promised** here, since it depends on the service: that the same text always gets the same bits.
///
/// **Failures**: those of [ModelClient]; `internal` when an answer cannot be used, for example one of another
/// dimension.
abstract sealed class RemoteEmbedder implements Embedder permits OpenAiEmbedder, OllamaEmbedder {
    static final int MAX_WINDOWS = 64;

    /// How many requests of one add are under way at once.
    private static final int PARALLELISM = 4;

    /// The most texts of one request, then the most bytes of its answer: half of what [ModelClient] accepts, if a
    /// number has up to 24 bytes.
    private static final int MOST_TEXTS = 32;

    private static final int ANSWER_BYTES = 512 << 10;
    private static final int NUMBER_BYTES = 24;

    private static final JsonFactory JSON = new JsonFactory();

    private final RemoteConfig config;
    private final String vectorField;
    private final ModelClient client;
    private final EmbeddingSpace space;

    /// @param vectorField the field of the answer with the vector, which may be within another array
    RemoteEmbedder(String service, RemoteConfig config, ModelClient client, String vectorField) {
        this.config = config;
        this.vectorField = vectorField;
        this.client = client;
        int dimension = config.dimension();
        if (dimension == 0) {
            dimension = learnDimension();
        }
        this.space = new EmbeddingSpace(service + ":" + config.model(), dimension);
    }

    private int learnDimension() {
        try {
            try (Place place = client.admit(Demand.NONE)) {
                return ask(place, List.of("dimension")).getFirst().length;
            }
        } catch (MnemeException e) {
            client.close();
            throw e;
        }
    }

    @Override
    public EmbeddingSpace space() {
        return space;
    }

    /// Whether texts leave this machine: a model on it is not remote.
    @Override
    public boolean remote() {
        return client.remote();
    }

    @Override
    public int parallelism() {
        return PARALLELISM;
    }

    @Override
    public Embedding embed(String text, Demand demand) {
        List<Passage> passages = Passages.of(text);
        try (Place place = client.admit(demand)) {
            return embed(place, text, passages.size() > 1 ? passages : whole(text));
        }
    }

    @Override
    public QueryEmbedding embedQuery(String query, Demand demand) {
        try (Place place = client.admit(demand)) {
            return new QueryEmbedding(embed(place, query, whole(query)), List.of());
        }
    }

    private static List<Passage> whole(String text) {
        return List.of(new Passage(0, text.length()));
    }

    @Override
    public Queue queue(Demand.Purpose purpose) {
        return client.queue(purpose);
    }

    private Embedding embed(Place place, String text, List<Passage> passages) {
        List<String> texts = new ArrayList<>();
        int[] ends = new int[passages.size()];
        int share = Math.max(1, MAX_WINDOWS / passages.size());
        for (int p = 0; p < ends.length; p++) {
            String passage =
                    text.substring(passages.get(p).start(), passages.get(p).end());
            Windows.of(passage.length(), config.windowCharacters(), share)
                    .forEach(window -> texts.add(part(passage, window)));
            ends[p] = texts.size();
        }
        float[] parts = ofAll(place, texts);
        int dimension = space.dimension();
        float[] vectors = new float[ends.length * dimension];
        for (int p = 0, from = 0; p < ends.length; from = ends[p++]) {
            float[] own = Arrays.copyOfRange(parts, from * dimension, ends[p] * dimension);
            float[] vector = own.length == dimension ? own : UnitVectors.meanDirection(own, dimension);
            System.arraycopy(vector, 0, vectors, p * dimension, dimension);
        }
        return ends.length == 1
                ? new Embedding(space, vectors, null)
                : new Embedding(
                        space,
                        UnitVectors.meanDirection(vectors, dimension),
                        null,
                        PassageVectors.of(dimension, vectors));
    }

    /// The vectors of the texts, one after another, each of length 1.
    private float[] ofAll(Place place, List<String> texts) {
        int dimension = space.dimension();
        int atOnce = Math.clamp(ANSWER_BYTES / (NUMBER_BYTES * dimension), 1, MOST_TEXTS);
        float[] vectors = new float[texts.size() * dimension];
        for (int from = 0; from < texts.size(); from += atOnce) {
            List<String> some = texts.subList(from, Math.min(texts.size(), from + atOnce));
            List<float[]> answered = ask(place, some);
            for (int i = 0; i < some.size(); i++) {
                if (answered.get(i).length != dimension) {
                    throw unusable("has " + answered.get(i).length + " numbers instead of " + dimension);
                }
                System.arraycopy(unit(answered.get(i)), 0, vectors, (from + i) * dimension, dimension);
            }
        }
        return vectors;
    }

    /// The window's characters; a pair of surrogates is never cut in two.
    private static String part(String text, Window window) {
        return text.substring(boundary(text, window.from()), boundary(text, window.to()));
    }

    private static int boundary(String text, int at) {
        boolean within =
                at > 0 && at < text.length() && Character.isSurrogatePair(text.charAt(at - 1), text.charAt(at));
        return within ? at - 1 : at;
    }

    private static float[] unit(float[] vector) {
        double squares = 0;
        for (float x : vector) {
            squares += (double) x * x;
        }
        if (squares == 0 || !Double.isFinite(squares)) {
            throw unusable("has no length");
        }
        UnitVectors.normalise(vector);
        return vector;
    }

    /// As many vectors as texts, in their order.
    private List<float[]> ask(Place place, List<String> texts) {
        byte[] answer = client.post(place, request(texts));
        try (JsonParser parser = JSON.createParser(answer)) {
            List<float[]> vectors = vectors(parser);
            if (vectors.size() != texts.size()) {
                throw unusable("has " + vectors.size() + " vectors instead of " + texts.size());
            }
            return vectors;
        } catch (IOException e) {
            throw unusable("is not the JSON that was expected"); // without the cause, which may quote it
        }
    }

    private byte[] request(List<String> texts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(texts.getFirst().length() + 128);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("model", config.model());
            json.writeFieldName("input");
            if (texts.size() == 1) {
                json.writeString(wellFormed(texts.getFirst()));
            } else {
                String[] all = texts.stream().map(RemoteEmbedder::wellFormed).toArray(String[]::new);
                json.writeArray(all, 0, all.length);
            }
            writeOptions(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    /// Writes further members of the request that the service wants.
    abstract void writeOptions(JsonGenerator json) throws IOException;

    /// Replaces halves of surrogate pairs, which JSON in UTF-8 cannot express, by question marks.
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /// The vectors in the vector's fields, each an array of numbers or of such arrays. A service that numbers them by
    /// `index` may send them in any order.
    private List<float[]> vectors(JsonParser parser) throws IOException {
        List<float[]> vectors = new ArrayList<>();
        NavigableMap<Integer, float[]> numbered = new TreeMap<>();
        int index = -1;
        float[] vector = null;
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.START_ARRAY && vectorField.equals(parser.currentName())) {
                vectors.addAll(arrays(parser));
                vector = vectors.getLast();
            } else if (token == JsonToken.VALUE_NUMBER_INT && "index".equals(parser.currentName())) {
                index = parser.getIntValue();
            } else if (token == JsonToken.END_OBJECT && vector != null) {
                numbered.put(index, vector);
                index = -1;
                vector = null;
            }
        }
        if (vectors.isEmpty()) {
            throw unusable("has no " + vectorField);
        }
        boolean all = numbered.size() == vectors.size() && numbered.firstKey() == 0;
        return all ? List.copyOf(numbered.values()) : vectors;
    }

    /// The array at the parser: one vector, or an array of them.
    private static List<float[]> arrays(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        if (token != JsonToken.START_ARRAY) {
            return List.of(numbers(parser, token));
        }
        List<float[]> arrays = new ArrayList<>();
        for (; token == JsonToken.START_ARRAY; token = parser.nextToken()) {
            arrays.add(numbers(parser, parser.nextToken()));
        }
        if (token != JsonToken.END_ARRAY) {
            throw notNumbers();
        }
        return arrays;
    }

    private static float[] numbers(JsonParser parser, @Nullable JsonToken first) throws IOException {
        float[] numbers = new float[1_024];
        int count = 0;
        for (JsonToken token = first; token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == null || !token.isNumeric() || count == EmbeddingSpace.MAX_DIMENSION) {
                throw notNumbers();
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = parser.getFloatValue();
        }
        if (count == 0) {
            throw unusable("has no numbers");
        }
        return Arrays.copyOf(numbers, count);
    }

    private static MnemeException notNumbers() {
        return unusable("holds something other than up to " + EmbeddingSpace.MAX_DIMENSION + " numbers");
    }

    private static MnemeException unusable(String why) {
        return new MnemeException(
                ErrorCode.INTERNAL, "The embedding model's answer " + why + ": check embedder.url and embedder.model.");
    }

    @Override
    public void close() {
        client.close();
    }
}
