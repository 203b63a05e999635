package dev.mneme.api.json;

import dev.mneme.core.model.Conflict;
import dev.mneme.core.model.Times;
import dev.mneme.wire.ConflictResource;
import org.jspecify.annotations.Nullable;

/// A conflict as the doors show it.
public final class ConflictMapping {
    private ConflictMapping() {}

    public static ConflictResource resource(Conflict conflict) {
        return new ConflictResource(
                conflict.id().toString(),
                new ConflictResource.About(
                        conflict.about().kind().wireName(), conflict.about().key()),
                conflict.base() == null ? null : side(conflict.base()),
                side(conflict.mine()),
                side(conflict.theirs()),
                Times.format(conflict.detectedAt()),
                conflict.status().wireName(),
                resolution(conflict.resolution()),
                conflict.version());
    }

    static ConflictResource.Side side(Conflict.Side side) {
        return new ConflictResource.Side(
                number(side.version()),
                side.value() == null ? null : PlainJson.of(side.value()),
                side.deleted(),
                Times.format(side.at()),
                side.keyId(),
                side.instance());
    }

    static ConflictResource.@Nullable Resolution resolution(Conflict.@Nullable Resolution resolution) {
        return resolution == null
                ? null
                : new ConflictResource.Resolution(
                        resolution.take().wireName(),
                        number(resolution.written()),
                        Times.format(resolution.at()),
                        resolution.keyId(),
                        resolution.instance());
    }

    private static @Nullable Long number(long version) {
        return version == 0 ? null : version;
    }
}
