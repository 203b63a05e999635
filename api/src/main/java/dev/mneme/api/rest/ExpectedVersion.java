package dev.mneme.api.rest;

import dev.mneme.api.http.Parameter;
import dev.mneme.core.command.Command;
import dev.mneme.core.model.MnemeException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The version that a writer saw, from `If-Match` (RFC 9110 §13.1.1, one strong tag or `*`) or from `expectedVersion`
/// in the body.
final class ExpectedVersion {
    static final Parameter IF_MATCH = Parameter.string(
                    "If-Match", "the version that the writer saw, in quotes; * for any; \"0\": must not exist")
            .example("\"3\"");

    /// In answers that carry one record.
    static final Parameter ETAG =
            Parameter.string("ETag", "the record's version, in quotes").example("\"3\"");

    private static final Pattern TAG = Pattern.compile("\"(0|[1-9][0-9]{0,17})\"");

    private ExpectedVersion() {}

    /// @return `Command.ANY_VERSION` when neither is given
    static long of(@Nullable String ifMatch, @Nullable Long inBody) {
        if (inBody != null && inBody < 0) {
            throw MnemeException.invalid("expectedVersion", "expectedVersion must be 0 or more.");
        }
        if (ifMatch == null) {
            return inBody == null ? Command.ANY_VERSION : inBody;
        }
        long byHeader = tag(ifMatch.strip());
        if (inBody != null && inBody != byHeader) {
            throw MnemeException.invalid(
                    "expectedVersion", "expectedVersion and If-Match say different versions: send one of them.");
        }
        return byHeader;
    }

    private static long tag(String ifMatch) {
        if (ifMatch.equals("*")) {
            return Command.ANY_VERSION;
        }
        Matcher tag = TAG.matcher(ifMatch);
        if (!tag.matches()) {
            throw MnemeException.invalid(
                    IF_MATCH.name(), "If-Match must be one version in quotes, such as \"3\" (no W/, no list), or *.");
        }
        return Long.parseLong(tag.group(1));
    }

    static String etag(long version) {
        return "\"" + version + "\"";
    }
}
