package dev.mneme.cli.imports;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.JsonText;
import dev.mneme.client.JsonView;
import java.io.CharConversionException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Memories in JSON documents as mem0 answers them. An object is a memory, unless it has a list of them (`results`,
/// `memories` …), as a page does. Arrays and pages may be nested and may follow one another. An object that begins with
/// a memory's text is a memory, whatever lists it has. One memory is held at a time. After a fault in the JSON nothing
/// more can be read.
final class JsonDocumentSource implements MemorySource {
    private static final Set<String> LISTS = Set.of("results", "memories", "items", "points", "data");
    /// A name around a list in the answer of a vector store.
    private static final String ENVELOPE = "result";

    private final CountedInput in;
    private final JsonParser parser;
    private final MemoryFields fields;
    private long number;

    JsonDocumentSource(CountedInput in, MemoryFields fields) throws IOException {
        this.in = in;
        this.parser = JsonView.STRICT.createParser(in);
        this.fields = fields;
    }

    static boolean isList(String name, @Nullable JsonToken value) {
        return (value == JsonToken.START_ARRAY && LISTS.contains(name))
                || (value == JsonToken.START_OBJECT && name.equals(ENVELOPE));
    }

    @Override
    public String unit() {
        return "item";
    }

    @Override
    public @Nullable ImportRow next() throws IOException {
        try {
            return nextItem();
        } catch (JsonEOFException cut) {
            return broken("the file ends in the middle of it. Was it cut off?");
        } catch (CountedInput.TooLong | StreamConstraintsException beyondLimits) {
            return broken("it is longer than 8 MiB or nested more than 1,000 deep.");
        } catch (JsonProcessingException notJson) {
            return broken("it is no JSON: " + Printable.line(notJson.getOriginalMessage()) + ".");
        } catch (CharConversionException notUtf8) {
            return broken("it is no UTF-8: convert the file, for example with iconv.");
        }
    }

    private ImportRow.Broken broken(String why) {
        var at = parser.currentLocation();
        return new ImportRow.Broken(
                number + 1, "(file line " + at.getLineNr() + ", column " + at.getColumnNr() + "): " + why);
    }

    private @Nullable ImportRow nextItem() throws IOException {
        while (true) {
            in.allow(MOST_ROW_BYTES);
            JsonToken token = parser.nextToken();
            switch (token) {
                case null -> {
                    return null;
                }
                case START_ARRAY, END_ARRAY, END_OBJECT -> {}
                case FIELD_NAME -> {
                    ImportRow.Bad lost = enterListOrSkip();
                    if (lost != null) {
                        return lost;
                    }
                }
                case START_OBJECT -> {
                    Map<String, JsonView> members = members();
                    if (members != null) {
                        JsonView item = new JsonView(members);
                        return fields.row(++number, item, () -> JsonText.of(item));
                    }
                }
                default -> {
                    return ImportRow.Bad.of(++number, "", "It must be a JSON object.", parser.getText());
                }
            }
        }
    }

    /// The rest of an object after its list. A memory's text there is not skipped silently.
    private ImportRow.@Nullable Bad enterListOrSkip() throws IOException {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (isList(name, value)) {
            return null;
        }
        if (isMemory(name, value)) {
            String text = JsonText.of(JsonView.ofValueAt(parser));
            return ImportRow.Bad.of(
                    ++number,
                    name,
                    "The object holds a list of memories before it: a memory's text comes first.",
                    text);
        }
        in.allow(Long.MAX_VALUE / 2); // a skipped value is not held
        parser.skipChildren();
        return null;
    }

    /// Whether only a memory has such a member.
    private static boolean isMemory(String name, @Nullable JsonToken value) {
        return (value == JsonToken.VALUE_STRING && MemoryFields.isText(name))
                || (value == JsonToken.START_OBJECT && name.equals("payload"));
    }

    /// The members of the object that has begun; null if the parser is now within one of its lists.
    private @Nullable Map<String, JsonView> members() throws IOException {
        Map<String, JsonView> members = new LinkedHashMap<>();
        boolean memory = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (!memory && isList(name, value)) {
                return null;
            }
            memory |= isMemory(name, value);
            members.put(name, JsonView.ofValueAt(parser));
        }
        return members;
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
