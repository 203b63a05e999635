package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A string that is a time. In an answer: ISO-8601 in UTC with milliseconds. In a request: ISO-8601, or epoch
/// milliseconds as a JSON number.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE_USE)
public @interface Time {
    /// Whether a request's time is read with its offset, or without one: the offset decides the day.
    boolean placed() default false;
}
