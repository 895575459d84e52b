<?php
// The two hooks of WordPress that the plugin filters, and what it asks WordPress for: standard input has { plugin, base, key, metadata, calls }, and
// the results of the calls come out.

$given = json_decode( stream_get_contents( STDIN ), true );
define( 'ABSPATH', '/' );
if ( ! empty( $given['base'] ) ) define( 'LETTERBOX_BASE', $given['base'] );
if ( ! empty( $given['key'] ) ) define( 'LETTERBOX_KEY', $given['key'] );

$filters = array();

function add_filter( $hook, $function, $priority, $arguments ) {
	global $filters;
	$filters[ $hook ] = array( $function, $arguments );
}

function wp_get_attachment_metadata( $id ) {
	global $given;
	return $given['metadata'][ $id ] ?? false;
}

require $given['plugin'];

$results = array();
foreach ( $given['calls'] as list( $hook, $arguments ) ) {
	list( $function, $count ) = $filters[ $hook ];
	$results[] = $function( ...array_slice( $arguments, 0, $count ) );
}
echo json_encode( $results, JSON_UNESCAPED_SLASHES );
