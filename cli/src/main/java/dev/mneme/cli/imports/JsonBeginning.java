package dev.mneme.cli.imports;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Set;

/// What the beginning of a file tells about its first JSON object.
///
/// @param names of the object's members, as far as the beginning goes
/// @param holdsList whether one of them is a list of memories, as in one of mem0's pages
/// @param onOneLine whether no line ends within the object
record JsonBeginning(Set<String> names, boolean holdsList, boolean onOneLine) {
    private static final JsonBeginning NONE = new JsonBeginning(Set.of(), false, false);

    boolean oneItemALine() {
        return onOneLine && !holdsList;
    }

    /// For a beginning without an object: nothing.
    static JsonBeginning of(byte[] beginning) {
        Set<String> names = new LinkedHashSet<>();
        boolean list = false;
        boolean oneLine;
        try (JsonParser parser = JsonView.FACTORY.createParser(beginning)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return NONE;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                names.add(name);
                list |= JsonDocumentSource.isList(name, parser.nextToken());
                parser.skipChildren();
            }
            int end = (int) parser.currentTokenLocation().getByteOffset();
            oneLine = firstLineEnd(beginning) > end;
        } catch (IOException goesOnOrIsNoJson) {
            oneLine = !goesOnAfter(beginning, firstLineEnd(beginning));
        }
        return new JsonBeginning(Set.copyOf(names), list, oneLine);
    }

    /// The end of the line on which the object begins.
    private static int firstLineEnd(byte[] bytes) {
        boolean begun = false;
        for (int i = 0; i < bytes.length; i++) {
            begun |= bytes[i] == '{';
            if (begun && bytes[i] == '\n') {
                return i;
            }
        }
        return bytes.length;
    }

    /// Whether the text before the end of the line is incomplete, as in an object laid out over several lines.
    private static boolean goesOnAfter(byte[] bytes, int lineEnd) {
        int last = lineEnd - 1;
        while (last >= 0 && " \t\r".indexOf(bytes[last]) >= 0) {
            last--;
        }
        return lineEnd < bytes.length && last >= 0 && "{[,:".indexOf(bytes[last]) >= 0;
    }
}
