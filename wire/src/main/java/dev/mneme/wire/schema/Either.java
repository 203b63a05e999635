package dev.mneme.wire.schema;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// A record that has one of several shapes: its components are those of all shapes together, and a client sends or gets
/// exactly one shape.
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Either {
    Class<? extends Record>[] value();
}
