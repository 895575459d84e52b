import type { ImgHTMLAttributes, ReactElement } from 'react';
import type { Deployment, Parameters } from '../../url/index.d.mts';

export interface ImageProps extends Omit<ImgHTMLAttributes<HTMLImageElement>, 'src' | 'srcSet' | 'width' | 'height'> {
  src: string;
  /** Empty where the image says nothing. */
  alt: string;
  width?: number;
  height?: number;
  widths?: readonly number[];
  parameters?: Parameters;
  /** The answer of `f=thumbhash`. */
  thumbhash?: string;
  /** For the image that a page opens with. */
  priority?: boolean;
}

/** A component whose images are of one deployment. */
export function image(deployment: Deployment): (props: ImageProps) => ReactElement;
