package dev.mneme.inference.embed;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mneme.core.model.Embedding;
import dev.mneme.core.model.EmbeddingSpace;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.QueryEmbedding;
import dev.mneme.core.spi.Demand;
import dev.mneme.core.spi.Embedder;
import dev.mneme.inference.embed.Windows.Window;
import dev.mneme.inference.embed.Workers.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// What the embedders behind HTTP share: requests, windows, and the check of what comes back. There are no token
/// vectors. A text longer than `windowCharacters` is cut into parts of nearly equal length, at most [#MAX_WINDOWS] of
/// them, one request each, and gets the normalised mean of their vectors.
///
/// **Not promised** here, since it is the service's: that the same text always gets the same bits.
///
/// **Failures**: those of [ModelClient]; `internal` when an answer cannot be used, such as one of another dimension.
abstract sealed class RemoteEmbedder implements Embedder permits OpenAiEmbedder, OllamaEmbedder {
    static final int MAX_WINDOWS = 64;

    /// Requests of one add that are under way at the same time.
    private static final int PARALLELISM = 4;

    private static final JsonFactory JSON = new JsonFactory();

    private final RemoteConfig config;
    private final String vectorField;
    private final ModelClient client;
    private final EmbeddingSpace space;

    /// @param vectorField the field of the answer that holds the vector, perhaps within another array
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
                return ask(place, "dimension").length;
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

    /// A model on this machine is not remote.
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
        try (Place place = client.admit(demand)) {
            return embed(place, text);
        }
    }

    @Override
    public Queue queue(Demand.Purpose purpose) {
        return client.queue(purpose);
    }

    private Embedding embed(Place place, String text) {
        List<Window> windows = Windows.of(text.length(), config.windowCharacters(), MAX_WINDOWS);
        float[] vectors = new float[windows.size() * space.dimension()];
        for (int w = 0; w < windows.size(); w++) {
            float[] vector = ask(place, part(text, windows.get(w)));
            if (vector.length != space.dimension()) {
                throw unusable("has " + vector.length + " numbers instead of " + space.dimension());
            }
            System.arraycopy(unit(vector), 0, vectors, w * vector.length, vector.length);
        }
        float[] vector = windows.size() == 1 ? vectors : UnitVectors.meanDirection(vectors, space.dimension());
        return new Embedding(space, vector, null);
    }

    @Override
    public QueryEmbedding embedQuery(String query, Demand demand) {
        return new QueryEmbedding(embed(query, demand), List.of());
    }

    /// The window's characters, a pair of surrogates never cut in two.
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

    private float[] ask(Place place, String text) {
        byte[] answer = client.post(place, request(text));
        try (JsonParser parser = JSON.createParser(answer)) {
            return vector(parser);
        } catch (IOException e) {
            throw unusable("is not the JSON that was expected"); // without the cause, which may quote it
        }
    }

    private byte[] request(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() + 128);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeStringField("model", config.model());
            json.writeStringField("input", wellFormed(text));
            writeOptions(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return bytes.toByteArray();
    }

    /// What else the service wants in the request.
    abstract void writeOptions(JsonGenerator json) throws IOException;

    /// Halves of surrogate pairs, which JSON in UTF-8 cannot say, become question marks.
    private static String wellFormed(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private float[] vector(JsonParser parser) throws IOException {
        for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
            if (token == JsonToken.START_ARRAY && vectorField.equals(parser.currentName())) {
                return numbers(parser);
            }
        }
        throw unusable("has no " + vectorField);
    }

    /// The innermost first array at the parser.
    private static float[] numbers(JsonParser parser) throws IOException {
        float[] numbers = new float[1_024];
        int count = 0;
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            if (token == JsonToken.START_ARRAY && count == 0) {
                continue;
            }
            if (token == null || !token.isNumeric() || count == EmbeddingSpace.MAX_DIMENSION) {
                throw unusable("holds something other than up to " + EmbeddingSpace.MAX_DIMENSION + " numbers");
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

    private static MnemeException unusable(String why) {
        return new MnemeException(
                ErrorCode.INTERNAL, "The embedding model's answer " + why + ": check embedder.url and embedder.model.");
    }

    @Override
    public void close() {
        client.close();
    }
}
