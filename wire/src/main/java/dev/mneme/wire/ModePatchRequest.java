package dev.mneme.wire;

import dev.mneme.wire.schema.Doc;
import dev.mneme.wire.schema.Range;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What to change of a mode without a switch.
@Doc(value = "What to change of a mode without a switch: at least one part.", example = """
                {"configuration":{"model":"small","voice":null}}""")
public record ModePatchRequest(
        @Doc("a JSON merge patch (RFC 7396): null removes a member") @Nullable
        Map<String, @Nullable Object> configuration,

        @Doc("all of them anew") @Nullable CapabilitiesResource capabilities,

        @Doc("the version that the writer saw") @Nullable @Range(min = 0)
        Long expectedVersion) {}
