import { defineProvider } from '@nuxt/image/runtime';
import { getImage } from 'letterbox-images/loader/nuxt';

export default defineProvider({ getImage });
