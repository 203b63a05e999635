package dev.mneme.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json;
import dev.mneme.core.model.Json.JsonArray;
import dev.mneme.core.model.Json.JsonBoolean;
import dev.mneme.core.model.Json.JsonNull;
import dev.mneme.core.model.Json.JsonNumber;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.Json.JsonString;
import dev.mneme.core.model.MnemeException;
import dev.mneme.core.model.Times;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Reads one JSON document strictly (RFC 8259): well-formed UTF-8, no member twice, nothing after the end, nested at
/// most 64 deep, numbers of at most 400 digits before and after the point, every surrogate paired, at most 100,000
/// values. Memory is counted before values are built ([ParsedHeap]).
///
/// The reader walks forward; each method reads the value where it stands. Mistakes are an `invalid_request` that names
/// the place, such as `items[3].text`.
///
/// **Threads**: one.
public final class JsonReader {
    /// How deeply objects and arrays may nest.
    public static final int MAX_DEPTH = 64;

    /// How many members and items a document may have, all together.
    public static final int MAX_VALUES = 100_000;

    private static final int MAX_DIGITS = 400;
    private static final int MAX_NAME = 1_024;
    private static final NumberListParser.Factory FACTORY = new NumberListParser.Factory(new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNumberLength(MAX_DIGITS)
                    .maxNameLength(MAX_NAME)
                    .build())
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)); // names of clients, any number of them

    private final NumberListParser parser;
    private final String whole;
    private final ParsedHeap heap;
    private final Trail trail;
    private int values;
    private @Nullable BiConsumer<Integer, MnemeException> refused;

    private JsonReader(NumberListParser parser, String whole, Trail trail, ParsedHeap heap) {
        this.parser = parser;
        this.whole = whole;
        this.trail = trail;
        this.heap = heap;
    }

    /// Reads one value that must be the whole document.
    @FunctionalInterface
    public interface Reading<T extends @Nullable Object> {
        T read(JsonReader in);
    }

    /// Receives the members of an object, each to be read or refused at once.
    @FunctionalInterface
    public interface Members {
        void member(String name);
    }

    /// @param whole the document's name in messages, such as `body`
    /// @param heap counts what is built
    public static <T extends @Nullable Object> T read(
            byte[] document, String whole, ParsedHeap heap, Reading<T> reading) {
        if (!Utf8.wellFormed(document)) {
            throw MnemeException.invalid(whole, "The " + whole + " must be well-formed UTF-8.");
        }
        return read(document, new Slice(0, document.length), whole, new Trail(""), heap, reading);
    }

    /// Reads a member that was skipped before.
    ///
    /// @param document well-formed, with the member `name` in the slice
    public static Json read(byte[] document, Slice slice, String whole, String name, ParsedHeap heap) {
        return read(document, slice, whole, new Trail(name), heap, JsonReader::value);
    }

    /// The place of a value in a document, in bytes.
    public record Slice(int from, int to) {}

    private static <T extends @Nullable Object> T read(
            byte[] document, Slice slice, String whole, Trail trail, ParsedHeap heap, Reading<T> reading) {
        try (NumberListParser parser = FACTORY.parser(document, slice.from(), slice.to() - slice.from())) {
            JsonReader in = new JsonReader(parser, whole, trail, heap);
            in.next();
            T value = reading.read(in);
            in.end();
            return value;
        } catch (JsonProcessingException e) {
            throw malformed(whole, e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    public static Json read(String document, String whole, ParsedHeap heap) {
        return read(document.getBytes(StandardCharsets.UTF_8), whole, heap, JsonReader::value);
    }

    /// Reads text of the server's own.
    public static Json read(String document, String whole) {
        return read(document, whole, ParsedHeap.unlimited());
    }

    private static MnemeException malformed(String whole, JsonProcessingException e) {
        String place = e.getLocation() == null
                ? ""
                : " at line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
        String why = e instanceof StreamConstraintsException
                ? ": it nests deeper than " + MAX_DEPTH + ", or a number or name in it is too long"
                : "";
        return MnemeException.invalid(whole, "The " + whole + " is not valid JSON" + place + why + ".");
    }

    private void end() throws IOException {
        if (parser.nextToken() != null) {
            throw MnemeException.invalid(whole, "The " + whole + " has something after its end.");
        }
    }

    /// The document's name in messages.
    public String root() {
        return whole;
    }

    /// Where the reader stands, such as `items[3].text`; the document's name at its root.
    public String path() {
        String path = trail.toString();
        return path.isEmpty() ? whole : path;
    }

    public MnemeException wrong(String what) {
        return MnemeException.invalid(path(), path() + " " + what);
    }

    public boolean isNull() {
        return parser.currentToken() == JsonToken.VALUE_NULL;
    }

    private void next() {
        try {
            if (parser.nextToken() == null) {
                throw MnemeException.invalid(whole, "The " + whole + " is empty: send a JSON value.");
            }
        } catch (JsonProcessingException e) {
            throw malformed(whole, e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /// Walks an object's members. A member that comes twice is refused.
    public void object(Members members) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrong("must be an object.");
        }
        heap.add(ParsedHeap.OBJECT);
        int outside = trail.depth();
        Set<String> seen = new HashSet<>();
        for (next(); parser.currentToken() != JsonToken.END_OBJECT; next()) {
            String name = name();
            trail.member(outside, name);
            count(ParsedHeap.MEMBER);
            if (!seen.add(name)) {
                throw wrong("is there twice.");
            }
            next();
            members.member(name);
            trail.back(outside);
        }
    }

    private void count(int bytes) {
        if (++values > MAX_VALUES) {
            throw MnemeException.at(
                    ErrorCode.TOO_LARGE,
                    whole,
                    "The " + whole + " has more than " + MAX_VALUES
                            + " values, counting each member and each item: send fewer at a time.");
        }
        heap.add(bytes);
    }

    /// Skips the members of an object.
    ///
    /// @return where each of them is
    public Map<String, Slice> slices() {
        Map<String, Slice> slices = new LinkedHashMap<>();
        free(name -> slices.put(name, skip()));
        return slices;
    }

    /// Skips the value where the reader stands. Nothing of it is built, and only its syntax is checked.
    ///
    /// @return where it is
    public Slice skip() {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        try {
            if (parser.currentToken().isStructStart()) {
                int outside = parser.getParsingContext().getNestingDepth() - 1;
                while (parser.getParsingContext().getNestingDepth() > outside) {
                    if (parser.nextToken() == JsonToken.FIELD_NAME) {
                        heap.addText(ParsedHeap.NAME, name().length());
                    }
                }
            } else {
                parser.finishToken();
            }
        } catch (JsonProcessingException e) {
            throw malformed(whole, e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        return new Slice(from, (int) parser.currentLocation().getByteOffset());
    }

    private String name() {
        try {
            return parser.currentName();
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    /// Walks an array's items.
    ///
    /// @param item called with the index of the item at which the reader stands
    public void array(IntConsumer item) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("must be a list.");
        }
        heap.add(ParsedHeap.LIST);
        int outside = trail.depth();
        int index = 0;
        for (next(); parser.currentToken() != JsonToken.END_ARRAY; next()) {
            trail.item(outside, index);
            count(ParsedHeap.SLOT);
            item.accept(index++);
        }
        trail.back(outside);
    }

    /// From here on, a mistake within an item of a list of objects is given to `refusal`, with the item's index, and
    /// the walk goes on after the item. A document that is not JSON still fails.
    public void tolerate(BiConsumer<Integer, MnemeException> refusal) {
        refused = refusal;
    }

    /// Walks the objects of an array.
    ///
    /// @param item called with the index of the item where the reader stands
    /// @param skipped called instead of the rest of `item` for an item that was refused (see [#tolerate])
    public void objects(IntConsumer item, IntConsumer skipped) {
        array(index -> {
            BiConsumer<Integer, MnemeException> refusal = refused;
            if (refusal == null) {
                item.accept(index);
            } else {
                tolerantly(index, item, skipped, refusal);
            }
        });
    }

    private void tolerantly(
            int index, IntConsumer item, IntConsumer skipped, BiConsumer<Integer, MnemeException> refusal) {
        boolean nested = parser.currentToken().isStructStart();
        int outside = parser.getParsingContext().getNestingDepth() - (nested ? 1 : 0);
        int here = trail.depth();
        refused = null;
        try {
            item.accept(index);
        } catch (MnemeException e) {
            if (whole.equals(e.field()) || e.code() == ErrorCode.OVERLOADED) {
                throw e;
            }
            heap.addRefusal();
            skipTo(outside);
            trail.back(here);
            skipped.accept(index);
            refusal.accept(index, e);
        } finally {
            refused = refusal;
        }
    }

    private void skipTo(int depth) {
        while (parser.getParsingContext().getNestingDepth() > depth) {
            next();
            if (parser.currentToken() == JsonToken.FIELD_NAME) {
                heap.addText(ParsedHeap.NAME, name().length());
            }
        }
    }

    public String string() {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("must be a string.");
        }
        String text = text();
        if (!Utf8.wellFormed(text)) {
            throw wrong("must be well-formed Unicode: it has half of a surrogate pair.");
        }
        return text;
    }

    private String text() {
        try {
            heap.addText(ParsedHeap.STRING, parser.getTextLength());
            return parser.getText();
        } catch (JsonProcessingException e) {
            throw malformed(whole, e);
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    public boolean bool() {
        return switch (parser.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw wrong("must be true or false.");
        };
    }

    /// A whole number that fits into a `long`.
    public long integer() {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw wrong("must be a whole number.");
        }
        try {
            return number().longValueExact();
        } catch (ArithmeticException e) {
            throw wrong("is too large a number.");
        }
    }

    /// A number that fits into a `double`.
    public double real() {
        double value = number().doubleValue();
        if (!Double.isFinite(value)) {
            throw wrong("is too large a number.");
        }
        return value;
    }

    private BigDecimal number() {
        if (!parser.currentToken().isNumeric()) {
            throw wrong("must be a number.");
        }
        BigDecimal value;
        try {
            heap.add(ParsedHeap.NUMBER + parser.getTextLength());
            value = parser.getDecimalValue();
        } catch (JsonProcessingException e) {
            throw wrong("must be a number of " + MAX_DIGITS + " digits at most.");
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        if (Math.abs((long) value.scale()) > MAX_DIGITS) {
            throw wrong("must be a number of " + MAX_DIGITS + " digits at most.");
        }
        return value;
    }

    /// A list of at most `max` numbers that each fit into a `float`; or a string with such numbers in base64, as
    /// [Base64Floats] has it.
    public float[] floats(int max) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return base64Floats(max);
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("must be a list of numbers, or a string with them in base64.");
        }
        float[] usual = parser.floats(max);
        if (usual != null) {
            heap.add(ParsedHeap.FLOATS + (long) Float.BYTES * usual.length);
            next();
            return usual;
        }
        return carefully(max);
    }

    /// The same, number by number, for lists with something unusual or wrong.
    private float[] carefully(int max) {
        float[] values = new float[Math.min(max, 384)];
        int count = 0;
        for (next(); parser.currentToken() != JsonToken.END_ARRAY; next()) {
            if (count == max) {
                throw wrong("must hold " + max + " numbers at most.");
            }
            if (count == values.length) {
                values = Arrays.copyOf(values, Math.min(max, count * 2));
            }
            values[count] = oneFloat(count);
            count++;
        }
        heap.add(ParsedHeap.FLOATS + (long) Float.BYTES * count);
        return count == values.length ? values : Arrays.copyOf(values, count);
    }

    private float[] base64Floats(int max) {
        try {
            heap.add(ParsedHeap.FLOATS + parser.getTextLength());
            return Base64Floats.read(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength(), max);
        } catch (IllegalArgumentException e) {
            throw wrong(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
    }

    private float oneFloat(int index) {
        if (!parser.currentToken().isNumeric()) {
            throw wrong("must hold numbers only: look at [" + index + "].");
        }
        try {
            float value = parser.getFloatValue();
            if (Float.isFinite(value)) {
                return value;
            }
        } catch (JsonProcessingException e) {
            // said below
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory", e);
        }
        throw wrong("must hold numbers that a 32-bit float holds: look at [" + index + "].");
    }

    /// A string, or the digits of a whole number.
    public String stringOrNumber() {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> string();
            case VALUE_NUMBER_INT -> Long.toString(integer());
            default -> throw wrong("must be a string or a whole number.");
        };
    }

    /// A string, or a whole number.
    public Object asStringOrNumber() {
        return switch (parser.currentToken()) {
            case VALUE_STRING -> string();
            case VALUE_NUMBER_INT -> integer();
            default -> throw wrong("must be a string or a whole number.");
        };
    }

    /// A time as it was written: with its offset, if it has one.
    ///
    /// @return text that [Times#timestamp] and [Times#seenFrom] read
    public String placedTime() {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            String text = string();
            if (Times.read(text) != null) {
                return text;
            }
        }
        return time();
    }

    /// A time in ISO-8601 form in UTC. It may be sent as a string or as epoch milliseconds.
    public String time() {
        Json value = switch (parser.currentToken()) {
            case VALUE_STRING -> new JsonString(string());
            case VALUE_NUMBER_INT -> new JsonNumber(number());
            default -> throw wrong("must be an ISO-8601 time or epoch milliseconds.");
        };
        Instant at = Times.read(value);
        if (at == null) {
            throw wrong("must be an ISO-8601 time or epoch milliseconds, in the years 1 to 9999.");
        }
        return Times.format(at);
    }

    /// Any value.
    public Json value() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Json> members = new LinkedHashMap<>();
                free(name -> members.put(name, value()));
                yield new JsonObject(members);
            }
            case START_ARRAY -> {
                List<Json> items = new ArrayList<>();
                array(index -> items.add(value()));
                yield new JsonArray(items);
            }
            case VALUE_STRING -> new JsonString(string());
            case VALUE_TRUE, VALUE_FALSE -> new JsonBoolean(bool());
            case VALUE_NULL -> new JsonNull();
            default -> new JsonNumber(number());
        };
    }

    /// Any value, in the form of [PlainJson].
    public @Nullable Object plain() {
        return switch (parser.currentToken()) {
            case START_OBJECT -> map();
            case START_ARRAY -> {
                List<@Nullable Object> items = new ArrayList<>();
                array(index -> items.add(plain()));
                yield items;
            }
            case VALUE_STRING -> string();
            case VALUE_TRUE, VALUE_FALSE -> bool();
            case VALUE_NULL -> null;
            default -> number();
        };
    }

    /// An object, in the form of [PlainJson].
    public Map<String, @Nullable Object> map() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        free(name -> members.put(name, plain()));
        return members;
    }

    /// Walks an object whose member names are the client's own.
    private void free(Members members) {
        object(name -> {
            heap.addText(ParsedHeap.ENTRY, name.length());
            members.member(name);
        });
    }
}
