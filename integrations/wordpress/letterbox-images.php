<?php
/**
 * Plugin Name: letterbox images
 * Description: Serves the images of posts through a deployment of letterbox: srcset, sizes and formats by the browser.
 * Version: 0.1.0
 * Requires PHP: 7.4
 * License: MIT OR Apache-2.0
 *
 * Settings in wp-config.php:
 *   define( 'LETTERBOX_BASE', 'https://img.example.com' );   // the deployment
 *   define( 'LETTERBOX_KEY', '…' );                          // a signing key, where it wants signed addresses
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

require_once __DIR__ . '/letterbox_sign.php';

/** The address of an image at a width; with a height in that shape, cropped. The original itself where there is no deployment. */
function letterbox_url( string $source, int $width = 0, int $height = 0 ): string {
	if ( ! defined( 'LETTERBOX_BASE' ) || ! letterbox_takes( $source ) ) {
		return $source;
	}
	$parameters = array(
		's'   => $source,
		'f'   => 'auto',
		'fit' => $width > 0 && $height > 0 ? 'aspect-crop' : 'scale-down',
		'h'   => $height > 0 ? (string) $height : 'auto',
		'w'   => $width > 0 ? (string) $width : 'auto',
	);
	$pairs = array();
	foreach ( $parameters as $name => $value ) {
		$pairs[] = $name . '=' . rawurlencode( $value );
	}
	$url = rtrim( LETTERBOX_BASE, '/' ) . '/?' . implode( '&', $pairs );
	return defined( 'LETTERBOX_KEY' ) ? letterbox_sign( $url, LETTERBOX_KEY ) : $url;
}

/** Whether letterbox reads it: not drawings, not data, and not what has been through it. */
function letterbox_takes( string $source ): bool {
	return preg_match( '#^https?://#i', $source ) && ! preg_match( '#\.svg([?\#]|$)#i', $source ) && 0 !== strpos( $source, rtrim( LETTERBOX_BASE, '/' ) );
}

/**
 * The sources of a srcset: each width of WordPress's own list, made of the original.
 *
 * @param array  $sources    By width: url, descriptor ('w' or 'x') and value.
 * @param array  $size_array Width and height of the image on the page.
 * @param string $image_src  The image's address in the page.
 * @param array  $image_meta The attachment's metadata: file, width, height.
 */
function letterbox_srcset( $sources, $size_array, $image_src, $image_meta ) {
	if ( ! is_array( $sources ) ) {
		return $sources;
	}
	$original = letterbox_original( $image_src, $image_meta );
	$shape    = letterbox_shape( $image_src, $image_meta );
	foreach ( $sources as $key => $source ) {
		if ( 'w' === $source['descriptor'] ) {
			$width                  = (int) $source['value'];
			$sources[ $key ]['url'] = letterbox_url( $original, $width, letterbox_height( $width, $shape ) );
		}
	}
	return $sources;
}

/**
 * The `src` of an <img> in a post's content.
 *
 * @param string $tag           The <img>.
 * @param string $context       Where it stands.
 * @param int    $attachment_id Its attachment, or 0. Without one nothing is known of its file's name, and the file itself is the source.
 */
function letterbox_content_img( $tag, $context = '', $attachment_id = 0 ) {
	$meta = $attachment_id ? wp_get_attachment_metadata( $attachment_id ) : null;
	return preg_replace_callback(
		'#(<img\b[^>]*?\ssrc=)(["\'])(.*?)\2#is',
		static function ( $found ) use ( $tag, $meta ) {
			$width  = preg_match( '#\swidth=["\']?(\d+)#i', $tag, $size ) ? (int) $size[1] : 0;
			$source = html_entity_decode( $found[3], ENT_QUOTES );
			$url    = letterbox_url( letterbox_original( $source, $meta ), $width, letterbox_height( $width, letterbox_shape( $source, $meta ) ) );
			return $found[1] . $found[2] . htmlspecialchars( $url, ENT_QUOTES ) . $found[2];
		},
		$tag,
		1
	);
}

/** The file that an image of WordPress has been made of, where the metadata knows the image; or else the image itself. */
function letterbox_original( string $source, $meta ): string {
	$name = letterbox_name( $source );
	if ( empty( $meta['file'] ) || null === letterbox_size( $name, $meta ) ) {
		return $source;
	}
	return substr( $source, 0, strlen( $source ) - strlen( $name ) ) . basename( $meta['file'] );
}

/** Width and height of an image that WordPress has cropped; null where it has the shape of its original. */
function letterbox_shape( string $source, $meta ): ?array {
	$size = letterbox_size( letterbox_name( $source ), $meta );
	if ( null === $size || empty( $meta['width'] ) || empty( $meta['height'] ) ) {
		return null;
	}
	list( $width, $height ) = $size;
	// By more than what rounding of one side leaves.
	return abs( $width * $meta['height'] / $meta['width'] - $height ) > max( 1, $meta['height'] / $meta['width'] ) ? $size : null;
}

/** Width and height of the size of this name among those of an attachment, or null. */
function letterbox_size( string $name, $meta ): ?array {
	foreach ( is_array( $meta ) && ! empty( $meta['sizes'] ) ? $meta['sizes'] : array() as $size ) {
		if ( isset( $size['file'] ) && $size['file'] === $name && $size['width'] > 0 && $size['height'] > 0 ) {
			return array( (int) $size['width'], (int) $size['height'] );
		}
	}
	return null;
}

/** The height that belongs to a width; 0 where the shape is the original's. */
function letterbox_height( int $width, ?array $shape ): int {
	return null === $shape ? 0 : max( 1, (int) round( $width * $shape[1] / $shape[0] ) );
}

/** The name of the file that an address ends with. */
function letterbox_name( string $source ): string {
	return (string) substr( strrchr( '/' . $source, '/' ), 1 );
}

add_filter( 'wp_calculate_image_srcset', 'letterbox_srcset', 10, 4 );
add_filter( 'wp_content_img_tag', 'letterbox_content_img', 10, 3 );
