/// What an operator may set, where from, and the records that the server is built with. Read once, before anything
/// starts; a configuration that exists is valid.
@NullMarked
package dev.mneme.server.config;

import org.jspecify.annotations.NullMarked;
